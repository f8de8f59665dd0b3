import type { TwinPerson } from '../types.ts';
import { lastActivity, unreadCount } from '../world/messages.ts';
import type { Account, Message, Relation, Thread, World } from '../world/world.ts';
import { fullName } from '../world/world.ts';

type Identity = Pick<TwinPerson, 'memberId' | 'profileId' | 'slug' | 'firstName' | 'lastName'> & {
  headline?: string;
};

export const profileUrn = (profileId: string) => `urn:li:fsd_profile:${profileId}`;
const participantUrn = (profileId: string) => `urn:li:msg_messagingParticipant:${profileUrn(profileId)}`;
export const conversationUrn = (self: string, threadId: string) =>
  `urn:li:msg_conversation:(${profileUrn(self)},${threadId})`;
export const messageUrn = (self: string, messageId: string) =>
  `urn:li:msg_message:(${profileUrn(self)},${messageId})`;
const relationshipUrn = (profileId: string) => `urn:li:fsd_memberRelationship:${profileId}`;

export function miniProfile(person: Identity) {
  return {
    $type: 'com.linkedin.voyager.identity.shared.MiniProfile',
    entityUrn: `urn:li:fs_miniProfile:${person.profileId}`,
    dashEntityUrn: profileUrn(person.profileId),
    objectUrn: `urn:li:member:${person.memberId}`,
    firstName: person.firstName,
    lastName: person.lastName,
    occupation: person.headline ?? 'Sales at Example Ltd',
    publicIdentifier: person.slug,
    trackingId: 'AAAAAAAAAAAAAAAAAAAAAA==',
    picture: null,
    backgroundImage: null,
  };
}

export function me(account: Account) {
  const { member } = account;
  return {
    data: {
      plainId: Number(member.memberId),
      premiumSubscriber: member.premium,
      publicContactInfo: { $type: 'com.linkedin.voyager.identity.shared.PublicContactInfo' },
      '*miniProfile': `urn:li:fs_miniProfile:${member.profileId}`,
      $type: 'com.linkedin.voyager.common.Me',
    },
    included: [miniProfile(member)],
  };
}

/** The relation as the site's union, and the entities it points to. */
export function memberRelationship(account: Account, person: TwinPerson, relation: Relation) {
  const self = account.member.profileId;
  const entity = (memberRelationshipUnion: unknown, included: unknown[]) => ({
    data: {
      entityUrn: relationshipUrn(person.profileId),
      memberRelationshipUnion,
      $type: 'com.linkedin.voyager.dash.relationships.MemberRelationship',
    },
    included,
  });
  if (person.profileId === self) return entity({ self: {} }, []);
  if (relation.state === 'connected') {
    const connection = connectionOf(person, relation);
    return entity({ '*connection': connection.entityUrn }, [connection]);
  }
  const noConnection = (invitationUnion: unknown) => ({
    noConnection: {
      memberDistance: person.degree === 3 ? 'DISTANCE_3' : 'DISTANCE_2',
      invitationUnion,
      $type: 'com.linkedin.voyager.dash.relationships.NoConnection',
    },
  });
  if (relation.state === 'none') {
    return entity(
      noConnection({
        noInvitation: {
          inviter: profileUrn(self),
          targetInvitee: profileUrn(person.profileId),
          '*targetInviteeResolutionResult': profileUrn(person.profileId),
          '*inviterResolutionResult': profileUrn(self),
          $type: 'com.linkedin.voyager.dash.relationships.invitation.NoInvitation',
        },
      }),
      [],
    );
  }
  const sent = relation.state === 'pending';
  const urn = `urn:li:fsd_invitation:${relation.invitationId}`;
  return entity(noConnection({ '*invitation': urn }), [
    {
      $type: 'com.linkedin.voyager.dash.relationships.invitation.Invitation',
      entityUrn: urn,
      // A string here: the number is beyond what JSON readers keep exactly.
      invitationId: relation.invitationId,
      invitationState: 'PENDING',
      invitationType: sent ? 'SENT' : 'RECEIVED',
      inviteeMember: profileUrn(sent ? person.profileId : self),
      '*inviteeMemberResolutionResult': profileUrn(sent ? person.profileId : self),
      message: relation.note,
      sharedSecret: 'SAMPLE',
    },
  ]);
}

export function connectionOf(person: TwinPerson, relation: Relation) {
  return {
    $type: 'com.linkedin.voyager.dash.relationships.Connection',
    entityUrn: `urn:li:fsd_connection:${person.profileId}`,
    connectedMember: profileUrn(person.profileId),
    '*connectedMemberResolutionResult': profileUrn(person.profileId),
    createdAt: relation.connectedAt ?? 0,
  };
}

/** Whether the member follows a person. */
export function followingStateOf(account: Account, person: TwinPerson) {
  return {
    $type: 'com.linkedin.voyager.dash.feed.FollowingState',
    entityUrn: `urn:li:fsd_followingState:${profileUrn(person.profileId)}`,
    following: account.following.has(person.profileId),
    followerCount: 17_364,
  };
}

/** A profile with its company and place, as identity/dash/profiles answers it. */
export function profileEntities(person: TwinPerson): [Record<string, unknown>, ...Record<string, unknown>[]] {
  const companyUrn = `urn:li:fsd_company:9${person.memberId}`;
  const geoUrn = `urn:li:fsd_geo:8${person.memberId}`;
  const positionUrn = `urn:li:fsd_profilePosition:(${person.profileId},1)`;
  return [
    {
      $type: 'com.linkedin.voyager.dash.identity.profile.Profile',
      entityUrn: profileUrn(person.profileId),
      objectUrn: `urn:li:member:${person.memberId}`,
      firstName: person.firstName,
      lastName: person.lastName,
      headline: person.headline,
      publicIdentifier: person.slug,
      '*memberRelationship': relationshipUrn(person.profileId),
      geoLocation: { '*geo': geoUrn, $type: 'com.linkedin.voyager.dash.identity.profile.ProfileGeoLocation' },
      profileTopPosition: { '*elements': [positionUrn] },
    },
    {
      $type: 'com.linkedin.voyager.dash.identity.profile.Position',
      entityUrn: positionUrn,
      title: person.headline,
      companyName: person.company,
      companyUrn,
      '*company': companyUrn,
    },
    { $type: 'com.linkedin.voyager.dash.organization.Company', entityUrn: companyUrn, name: person.company },
    {
      $type: 'com.linkedin.voyager.dash.common.Geo',
      entityUrn: geoUrn,
      defaultLocalizedName: person.location,
    },
  ];
}

function participant(person: Identity, distance: string) {
  return {
    $type: 'com.linkedin.messenger.MessagingParticipant',
    entityUrn: participantUrn(person.profileId),
    hostIdentityUrn: profileUrn(person.profileId),
    backendUrn: `urn:li:member:${person.memberId}`,
    participantType: {
      member: {
        firstName: { text: person.firstName },
        lastName: { text: person.lastName },
        headline: { text: person.headline ?? '' },
        distance,
        profileUrl: `https://www.linkedin.com/in/${person.profileId}`,
        profilePicture: null,
      },
      organization: null,
      custom: null,
    },
  };
}

export function messageEntity(account: Account, thread: Thread, message: Message) {
  const self = account.member.profileId;
  return {
    $type: 'com.linkedin.messenger.Message',
    entityUrn: messageUrn(self, message.id),
    backendUrn: `urn:li:messagingMessage:${message.id}`,
    '*conversation': conversationUrn(self, thread.id),
    '*sender': participantUrn(message.fromProfileId),
    subject: null,
    body: { text: message.text, attributes: [] },
    deliveredAt: message.at,
    renderContent: [],
  };
}

/** A conversation with its two people and its newest message. */
export function conversationEntities(world: World, account: Account, thread: Thread): unknown[] {
  const self = account.member.profileId;
  const urn = conversationUrn(self, thread.id);
  const newest = [...thread.messages].sort((a, b) => b.at - a.at)[0];
  const unread = unreadCount(thread);
  return [
    ...participants(world, account, thread),
    {
      $type: 'com.linkedin.messenger.Conversation',
      entityUrn: urn,
      backendUrn: `urn:li:messagingThread:${thread.id}`,
      conversationUrl: `https://www.linkedin.com/messaging/thread/${thread.id}/`,
      unreadCount: unread,
      read: unread === 0,
      groupChat: false,
      title: null,
      categories: ['INBOX', 'PRIMARY_INBOX'],
      lastActivityAt: lastActivity(thread),
      createdAt: thread.messages[0]?.at ?? 0,
      '*conversationParticipants': [participantUrn(thread.profileId), participantUrn(self)],
      messages: { '*elements': newest ? [messageUrn(self, newest.id)] : [] },
      disabledFeatures: [],
    },
    ...(newest ? [messageEntity(account, thread, newest)] : []),
  ];
}

export function participants(world: World, account: Account, thread: Thread): unknown[] {
  const person = world.findPerson(thread.profileId);
  const connected = world.relation(account, thread.profileId).state === 'connected';
  const other = person ? [participant(person, connected ? 'DISTANCE_1' : 'DISTANCE_2')] : [];
  return [...other, participant(account.member, 'SELF')];
}

export function sentInvitationEntities(person: TwinPerson, relation: Relation): unknown[] {
  return [
    {
      $type: 'com.linkedin.voyager.relationships.invitation.SentInvitationViewV2',
      entityUrn: `urn:li:fs_relSentInvitationViewV2:${relation.invitationId}`,
      '*invitation': `urn:li:fs_relInvitation:${relation.invitationId}`,
      cardActionTarget: `/in/${person.slug}`,
      title: { text: fullName(person) },
      subtitle: { text: person.headline },
      sentTimeLabel: 'Sent today',
    },
    {
      $type: 'com.linkedin.voyager.relationships.invitation.Invitation',
      entityUrn: `urn:li:fs_relInvitation:${relation.invitationId}`,
      invitationType: 'SENT',
      sentTime: relation.invitedAt,
      toMemberId: person.profileId,
      '*toMember': `urn:li:fs_miniProfile:${person.profileId}`,
      sharedSecret: 'SAMPLE',
      message: relation.note,
      mailboxItemId: 'SAMPLE',
      unseen: false,
    },
    miniProfile(person),
  ];
}
