export { type BulkRow, bulkUndoMs, startBulk, stopBulk, undoBulk } from './bulk/bulk.ts';
export { FEW, findByText, hasWord, isIndexed, wordsOf } from './bulk/contactText.ts';
export {
  type Connections,
  connectionsTo,
  countMatching,
  matchingIds,
  reasonsPresent,
} from './bulk/matching.ts';
export { binContact, contactBinMs, unbinContact } from './contacts/bin.ts';
export { contactsChanged } from './contacts/contactsChanged.ts';
export {
  eraseContact,
  erasedAmong,
  erasuresOf,
  everythingAbout,
  hashOf,
  type Identifier,
  isErased,
  keepOut,
  replayErasures,
} from './contacts/erasure.ts';
export { announceRetention, carryOutRetention, eraseBinned } from './contacts/retention.ts';
export { isStoplisted } from './contacts/stoplist.ts';
export { addStoplistEntry } from './contacts/stoplistEnding.ts';
export {
  type EngineContext,
  type EngineLog,
  type RulesInForce,
  type Unit,
  unitIn,
  unitOfWork,
} from './context.ts';
export {
  type Explanation,
  explainChannel,
  explainEnrollment,
  explainTask,
  type NextAction,
  openTasksOf,
} from './explain/explain.ts';
export { explainBranches } from './explain/explainBranches.ts';
export { archiveAutomation } from './flow/archive.ts';
export { isLatest, mayRetry } from './flow/comeBack.ts';
export * from './flow/decide.ts';
export { endManualTask } from './flow/endManualTask.ts';
export { type Decision, decideEnrollment, refusalOf } from './flow/enrollmentDecisions.ts';
export { letGo } from './flow/letGo.ts';
export { addTag, addToList, removeTag } from './flow/marks.ts';
export { approveTask, skipTask, withdrawApproval } from './flow/personDecides.ts';
export {
  publishVersion,
  type RunningAutomation,
  undoableVersion,
  undoPublishing,
  undoWithinMs,
} from './flow/versions.ts';
export { acceptanceOf, bouncesOf } from './holds/guards.ts';
export {
  FIRST_EMAIL,
  type HoldKey,
  isHeldRow,
  liftHold,
  type NewHold,
  openHolds,
  setHold,
  toDomain,
} from './holds/holds.ts';
export { isFailingLogin, isFlapping, type LossRow, lossOf } from './holds/losses.ts';
export { isOnline, type Spell, silentSpells } from './holds/presence.ts';
export { cancelReminders, planFreshLink, planReminder } from './holds/reminders.ts';
export { applyResumeEdit, HELD_AT_MOST, isFirstTouch, readySteps } from './holds/resumeEdits.ts';
export {
  channelOfDevice,
  disconnectLinkedin,
  endRestriction,
  heedRefusal,
  reconnectLinkedin,
  recordSession,
} from './holds/session.ts';
export { type Idle, isIdle } from './idle.ts';
export {
  type AnswerOutcome,
  answerStartsWithinMs,
  chainOf,
  type HandMessageRow,
  hasAnswers,
  nextAnswer,
  recordAnswer,
} from './inbound/answers.ts';
export { type InboundEmail, recordInboundEmail } from './inbound/inboundEmail.ts';
export { noteInThread } from './inbound/inbox.ts';
export { type NotTheirs, type Observations, recordObservations } from './inbound/observations.ts';
export { unsubscribeContact } from './inbound/optOut.ts';
export {
  confirmAnswer,
  confirmBounce,
  confirmUnsubscribe,
  dismissSuggestion,
} from './inbound/suggestions.ts';
export { noteTracked } from './inbound/tracking.ts';
export { findDrifts, repairDrifts } from './integrity/audit.ts';
export type { Drift } from './integrity/counters.ts';
export { lead, stepDown } from './leader.ts';
export { type Ahead, lookAhead } from './pace/ahead.ts';
export { dailyLimitsChanged } from './pace/dailyLimits.ts';
export { replan } from './pace/pacing.ts';
export { usageOf } from './pace/usage.ts';
export {
  isOpenManualTask,
  isPaused,
  isReplied,
  isUnknown,
  isWaitingApproval,
  lacksData,
} from './predicates.ts';
export { appendEvent } from './record.ts';
export { recordJournal, recordSentFolder, type SentEmail } from './restore/evidence.ts';
export { holdRestored } from './restore/hold.ts';
export { liftRestored, type RestoreProgress, restoreProgress } from './restore/progress.ts';
export { forgetStops, replayStops, stopRemembered } from './restore/stops.ts';
export { graphOf } from './rows.ts';
export { addressChange, isTaken } from './senders/accounts.ts';
export {
  addSenderToNode,
  isLeavingNode,
  type NodeOfAutomation,
  removeSenderFromNode,
  setSenderWeight,
} from './senders/automationSenders.ts';
export { channelOf, openChannels } from './senders/channels.ts';
export { binMs, deleteSender, restoreSender, retireSender } from './senders/departures.ts';
export { noteMailbox } from './senders/mailboxes.ts';
export { giveSender, holdWithoutOwner, ownerIsBack, ownerLeft } from './senders/owners.ts';
export { replanWithdrawals } from './senders/withdrawals.ts';
export { textHash } from './steps/approvals.ts';
export { filesOf, filesProblem } from './steps/attachments.ts';
export { type CommitAnswer, commitTask, type Fence, renew } from './steps/commit.ts';
export { claimEmail, claimEmails, type EmailJob } from './steps/email.ts';
export { dateOf } from './steps/failures.ts';
export { nextWorkFor } from './steps/linkedin.ts';
export { notesTold } from './steps/notes.ts';
export { unreadInboxes } from './steps/otherInbox.ts';
export { type EmailOutcome, type Outcome, recordOutcome } from './steps/outcome.ts';
export { reap } from './steps/reap.ts';
export { recordLayout } from './steps/remoteRules.ts';
export { lacksOf, nodeOf, textLimits, textVariables } from './steps/render.ts';
export { endWebhook } from './steps/webhooks.ts';
export { takeOver } from './takeOver.ts';
export { type TickResult, tick } from './tick.ts';
export { dayOf, rollUp, type StatQuery, statisticsOf } from './upkeep/statistics.ts';
export { type ArchivePlace, archiveAfterMs, archiveTasks } from './upkeep/taskArchive.ts';
export { confirmPerson, refusePerson } from './wayIn/confirmPerson.ts';
export { enrollContacts } from './wayIn/enroll.ts';
export { countNewcomers, stopEntering } from './wayIn/entering.ts';
export { contactsAddedToList } from './wayIn/feed.ts';
export { holdImports, importsHeldUntil } from './wayIn/listImports.ts';
export { passOnReading } from './wayIn/readAhead.ts';
export { wakeSharedContacts } from './wayIn/slots.ts';
