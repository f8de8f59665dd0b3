import type { LinkedinList } from '#shared/identity/linkedinList.ts';

/** What each kind of list is called, and the name that is offered for it. */
export const listWords: Record<LinkedinList['kind'], { label: string; name: string }> = {
  people_search: { label: 'the people of this search', name: 'LinkedIn search' },
  sales_search: { label: 'the leads of this Sales Navigator search', name: 'Sales Navigator search' },
  sales_list: { label: 'the leads of this Sales Navigator list', name: 'Sales Navigator list' },
  connections: { label: 'your connections', name: 'My connections' },
  event_attendees: { label: 'the attendees of this event', name: 'Event attendees' },
  group_members: { label: 'the members of this group', name: 'Group members' },
  post_reactors: { label: 'the people who reacted to this post', name: 'Post reactors' },
};
