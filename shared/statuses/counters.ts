/** Counters that are kept instead of counted anew, with what each says. */
export const counters = {
  'lane.ready_count': 'Ready steps of an action kind',
  'lane.hold_count': 'Holds on an action kind',
  'channel.hold_count': 'Holds on an account or mailbox',
  'channel.inflight': 'Steps under way on an account or mailbox',
  'automation.hold_count': 'Holds on an automation',
  'segment_slot.active': 'Active contacts of a segment',
  'company_slot.active': 'Active colleagues of a company',
  'node_count.standing': 'Contacts standing on a step',
  'node_count.failed': 'Contacts that failed on a step',
  'enrollment_count.n': 'Contacts per status',
  'automation_sender.placed': 'Contacts placed with a sender profile',
  'list.member_count': 'Contacts of a list',
  'stat_daily.n': 'Events per day',
  usage: 'Steps counted against the limits',
} as const;

export type CounterName = keyof typeof counters;
export const counterNames = Object.keys(counters) as [CounterName, ...CounterName[]];
