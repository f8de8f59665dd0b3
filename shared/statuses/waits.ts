import type { CursorState } from '#shared/automation/state.ts';
import type { WhoMustAct } from './engine.ts';

/** What something waits for, in words: the API's answer to "why and when" (product §4.3). */
export interface Wait {
  sentence: string;
  waitsFor: string;
  who: WhoMustAct;
}

function wait(sentence: string, waitsFor: string, who: WhoMustAct = 'nobody'): Wait {
  return { sentence, waitsFor, who };
}

export type WaitsFor = NonNullable<CursorState['waitsFor']>;

/** A branch that waits: one entry per fact, so that a new fact without words does not compile. */
export const branchWaits: Record<WaitsFor, Wait> = {
  accepted: wait('Waits until the invitation is accepted.', 'acceptance', 'contact'),
  replied: wait('Waits for a reply.', 'a reply', 'contact'),
  email_opened: wait('Waits until an email is opened.', 'an opened email', 'contact'),
  email_clicked: wait('Waits until a link in an email is clicked.', 'a click', 'contact'),
  time: wait('A delay is running.', 'the end of the delay'),
  fresh_read: wait('The deadline passed, waiting for a read.', 'a read of the account'),
  step: wait(
    'A step it was moved away from may have happened; its result is awaited.',
    'the result of that step',
  ),
  join: wait('Waits for the other branches that come together here.', 'the other branches'),
  data: wait('The step is made once the automation goes on.', 'the end of the hold'),
  resume: wait('Stands before its step.', 'the next round of the engine'),
};

/** On the way in, by what it is parked on (product §4.3, "The way in"). */
export const admissionWaits = {
  active_limit: wait("The segment's limit of active contacts is reached.", 'a free place'),
  coworkers_limit: wait('Enough colleagues of this company are active.', 'a colleague to finish'),
  other_automation: wait('Active in another automation.', 'the other automation to end'),
  no_usable_sender: wait(
    'No sender profile of this automation can be used.',
    'a usable sender profile',
    'manager',
  ),
  sender_busy: wait(
    'The sender has two days of profile reading ahead; this profile is read after them.',
    'the profiles before it',
  ),
  not_a_connection: wait(
    'Only existing connections of the assigned sender enter, and this contact is none.',
    'a connection to the sender',
    'contact',
  ),
  enrichment: wait('The profile is being read before the contact enters.', 'the profile'),
  turn: wait('Waits to enter the automation.', 'its turn'),
} satisfies Record<string, Wait>;

/** A step, by what keeps it from going; `{step}` names it. */
export const stepWaits = {
  unknown: wait('{step} may have happened. Look and settle it.', 'settling', 'rep'),
  waiting_approval: wait('{step} waits for the approval of its text.', 'an approval', 'rep'),
  maybe_reply: wait(
    '{step} waits up to a week: a message from another address may be their answer. Say in the inbox whether it is.',
    'a decision about that message',
    'rep',
  ),
  stoplisted: wait(
    'The contact is on the stoplist: nothing more goes out, and they become Canceled here.',
    'the cancellation',
  ),
  under_way: wait('{step} is under way.', 'its result'),
  manual_task: wait('A person must do the manual task.', 'the manual task', 'rep'),
  linkedin_not_connected: wait(
    'The LinkedIn account of the sender is not connected yet.',
    'the LinkedIn account',
    'rep',
  ),
  mailbox_not_connected: wait('The mailbox of the sender is not connected yet.', 'the mailbox', 'rep'),
  consent: wait('The rep has not agreed to automation yet.', 'the consent of the rep', 'rep'),
  offline: wait('The browser that does {step} is offline.', "the rep's browser", 'rep'),
} satisfies Record<string, Wait>;
