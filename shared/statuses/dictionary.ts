import type { AutomationStatus, EnrollmentStatus, RelationStatus, TaskState, WhoMustAct } from './engine.ts';
import { entry, type StatusEntry } from './entry.ts';

export * from './accounts.ts';
export * from './deliverability.ts';
export * from './entry.ts';
export * from './errors.ts';
export * from './holds.ts';
export * from './inactive.ts';
export * from './marks.ts';
export * from './reasons.ts';

/** Every status with its meaning, what sets it and what clears it (product §8, Status dictionary). */

export const enrollmentStatuses: Record<EnrollmentStatus, StatusEntry> = {
  waiting_enrichment: entry(
    'Waiting enrichment',
    'yellow',
    "The contact's profile was not read yet; its steps start when it is.",
    'Entering the automation without complete LinkedIn data',
    "Reading the profile in the sender's browser; a failed reading gives Failed",
  ),
  active_limit: entry(
    'Active limit',
    'yellow',
    'The segment has as many active contacts as it may have.',
    'Admission',
    'Another contact of the segment ending, or a higher limit',
  ),
  coworkers_limit: entry(
    'Coworkers limit',
    'yellow',
    'As many people of this company are active as may be.',
    'Admission',
    'A colleague ending, or a higher limit',
  ),
  ready: entry(
    'Ready',
    'blue',
    'Everything is known; the automation is not started or the first step is not reached yet.',
    'Entering the automation, or the profile being read',
    'The first step, or the other automation in which the contact is active ending',
  ),
  in_progress: entry(
    'In progress',
    'blue',
    'Steps are being executed or waits are running.',
    'The first step',
    'The last branch ending, a pause, or a cancellation',
  ),
  finished: entry('Finished', 'green', 'All branches reached their end.', 'The last branch ending', ''),
  duplicate: entry(
    'Duplicate',
    'grey',
    'This person was already here; both entries were merged and this one stopped.',
    'Reading the profile, or an import',
    '',
  ),
  paused: entry(
    'Paused',
    'orange',
    'Nothing runs for this contact until somebody decides.',
    'A person, or a reply of the contact',
    'A person resuming; it goes on at the exact step',
  ),
  canceled: entry(
    'Canceled',
    'grey',
    'All branches were stopped; nothing more will be sent.',
    'A person, the stoplist, archiving the automation, or removing the sender',
    '',
  ),
  failed: entry(
    'Failed',
    'red',
    'A branch could not go on and no other reached a better end; the reason stands beside it.',
    'A step failing for good',
    'A person retrying, where the step cannot have had an effect',
  ),
  bounced: entry(
    'Bounced',
    'red',
    'The email came back.',
    'A delivery report',
    'Correcting the address and enrolling again',
  ),
  unsubscribed: entry(
    'Unsubscribed',
    'grey',
    'The contact opted out; all branches on all channels ended.',
    'The unsubscribe link, the mail client, or a message that asks for it',
    '',
  ),
};

export const taskStates: Record<TaskState, StatusEntry> = {
  scheduled: entry('Scheduled', 'grey', 'Planned for later.', 'The automation', 'Its time'),
  waiting_approval: entry(
    'Waiting for approval',
    'orange',
    'The rep sees person, step and text first.',
    'The mode "approve each"',
    'Do it, Skip, or an edit that asks again',
  ),
  ready: entry('Ready', 'blue', 'Due; waits for its turn on the channel.', 'Its time', 'Being claimed'),
  claimed: entry(
    'Preparing',
    'blue',
    'The page is being opened and checked; nothing was sent yet.',
    'The extension or the mail sender taking it',
    'The permission to act, or giving it back',
  ),
  committing: entry(
    'Sending',
    'blue',
    'All checks passed; the one click or the sending happens now.',
    'The permission to act',
    'The outcome',
  ),
  done: entry('Success', 'green', 'It happened.', 'Reading the effect back', ''),
  failed: entry('Error', 'red', 'It did not happen; the exact reason stands beside it.', 'The outcome', ''),
  unknown: entry(
    'Not known',
    'red',
    'It may have happened. It is never repeated by itself.',
    'A connection, tab or browser lost right after the click',
    'Evidence on LinkedIn or in the Sent folder, or a person',
  ),
  closed: entry('Nothing to do', 'green', 'What it wants is already so.', 'The check before acting', ''),
  skipped: entry('Skipped', 'grey', 'Its condition did not hold, or a person skipped it.', 'The step', ''),
  canceled: entry(
    'Canceled',
    'grey',
    'Stopped before it had an effect.',
    'A pause, a reply, an opt-out, or a person',
    'Resuming makes it ready again, rendered and planned anew',
  ),
};

export const automationStatuses: Record<AutomationStatus, StatusEntry> = {
  draft: entry('Draft', 'grey', 'Not started yet.', 'Creating it', 'Starting it'),
  running: entry('Running', 'green', 'Contacts move.', 'Starting or resuming', 'A hold, a pause, the end'),
  partly_paused: entry(
    'Partly paused',
    'orange',
    'Some steps or senders are held; the others go on.',
    'A hold',
    'The end of all its holds',
  ),
  paused: entry('Paused', 'red', 'Nothing moves; the holds say why.', 'A hold', 'The end of its holds'),
  finished: entry(
    'Finished',
    'blue',
    'All contacts reached an end and nobody new enters. One whose Segment keeps feeding stays Running.',
    'The last contact ending',
    'A contact that is tried again or enters again, an edit that lets others in',
  ),
  archived: entry(
    'Archived',
    'grey',
    'Put away; nothing runs. A clone of it can be started.',
    'A person',
    '',
  ),
};

export const relationStatuses: Record<RelationStatus, StatusEntry> = {
  not_verified: entry(
    'Not verified',
    'grey',
    'The profile was not visited yet.',
    'An import',
    'Visiting the profile',
  ),
  not_connected: entry(
    'Not connected',
    'grey',
    'The profile was visited; this is no 1st-degree connection.',
    'Visiting the profile, or an invitation that is gone',
    'An invitation',
  ),
  invite_sent: entry(
    'Invite sent',
    'blue',
    'A connection request is pending.',
    'Sending one, by hand included',
    'Acceptance or withdrawal',
  ),
  connected: entry('Connected', 'green', '1st-degree connection.', 'Acceptance', 'Removing the connection'),
  invitation_withdrawn: entry(
    'Invitation withdrawn',
    'yellow',
    'The request was withdrawn; LinkedIn refuses a new one for up to 3 weeks.',
    'A withdrawal',
    'The end of the countdown: then Not connected',
  ),
};

export const whoMustActLabels: Record<WhoMustAct, string> = {
  nobody: 'Goes on by itself',
  rep: 'The rep must act',
  manager: 'A manager must act',
  contact: 'Waits for the contact',
};
