/** What LinkedIn calls its controls in one language. Compared whole, case ignored, curly quotes unified. */
export interface Labels {
  more: readonly string[];
  addNote: readonly string[];
  sendWithoutNote: readonly string[];
  sendInvitation: readonly string[];
  /** Starts of the Accept button's label in the top card of somebody who invited us. */
  acceptStarts: readonly string[];
  /** Headings of the weekly limit dialog that mean: nothing was sent. */
  weeklyBlocked: readonly RegExp[];
  /** Headings of the same dialog that only warn: the invitation went out. */
  weeklyWarning: readonly RegExp[];
  /** Text of the notice that a withdrawn invitation cannot be repeated yet. */
  resendBlocked: readonly RegExp[];
  /** Text that says this account may not invite anybody for now. */
  invitesRestricted: readonly RegExp[];
  /** Text that says the member's profile cannot be shown. */
  profileUnavailable: readonly RegExp[];
  /** Text of the button that withdraws an invitation, in the dialog that asks again. */
  withdraw: readonly string[];
  /** Starts of the name of the control that writes to a person in a list. */
  messageStarts: readonly RegExp[];
  /** Name of the control by which one becomes a member of a group, or says that one attends an event. */
  join: readonly RegExp[];
  /** Start of the heading over a group's members or an event's attendees. */
  peopleHeading: readonly RegExp[];
  follow: readonly string[];
  /** The same control while the member is followed: a click would end it. */
  following: readonly string[];
  /** Name of a post's Like control that tells its state; the comments' own controls are told apart by place. */
  reactionState: readonly RegExp[];
  /** The end of that name while the account has not reacted. */
  noReaction: readonly RegExp[];
  /** Name of a post's Like control that tells its state by being pressed or not. */
  likeControl: readonly RegExp[];
  /** What an activity page without anything says. */
  noActivity: readonly RegExp[];
  /** How many personal notes are left this month: group `left`. */
  notesLeft: readonly RegExp[];
  /** What an InMail costs: groups `cost` and `left`. */
  inmailCost: readonly RegExp[];
  /** Says that this InMail costs nothing: an open profile. */
  inmailFree: readonly RegExp[];
  inmailNoCredits: readonly RegExp[];
  /** Says that the member takes no InMail. */
  inmailRefused: readonly RegExp[];
}
