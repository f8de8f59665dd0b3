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
}
