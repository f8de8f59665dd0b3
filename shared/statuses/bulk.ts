/** Why a bulk action left a contact as it is, or what to know about one it changed. */
const sentences = new Map(
  Object.entries({
    ended: 'Their enrollment has ended.',
    paused_already: 'They are paused already.',
    not_paused: 'They are not paused.',
    not_failed: 'They have not failed.',
    unknown_open: 'A step of theirs may have happened: settle it first.',
    nothing_to_retry: 'The step that failed does not exist any more.',
    entered_again: 'They entered the automation again since.',
    sender_left:
      'The sender profile that they were under way with takes nobody any more. Enroll them again: another one begins from the start.',
    automation_ended: 'The automation does not run any more.',
    no_such_step: 'Their version of the automation does not have this step.',
    not_started: 'They have not entered yet.',
    waits_for_step: 'A step of theirs may be happening now: they move when its result is known.',
    pinned_already: 'This sender profile is fixed for them already.',
    not_connected_to_sender:
      'The sender profile is fixed for them, but they are not connected to it: messages would fail until they are.',
    segment_removed:
      'The segment they came from was removed, and no other one takes them: put them into a list or tag of one first.',
    still_here: 'They are in the automation still.',
    internal_error: 'Rapport could not handle them; they stay as they are.',
    not_yours: 'They are handled by another sender.',
    not_found: 'They are not in this automation.',
    changed_since: 'Somebody or something moved them since; they stay as they are.',
  }),
);

/** A mass action's note on one contact, as a sentence. */
export function bulkNoteSentence(note: string): string {
  return sentences.get(note) ?? `${note.replaceAll('_', ' ')}.`;
}
