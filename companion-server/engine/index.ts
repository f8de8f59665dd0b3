export { addressChange, isTaken } from './accounts.ts';
export { type Ahead, lookAhead } from './ahead.ts';
export {
  type AnswerOutcome,
  answerStartsWithinMs,
  chainOf,
  type HandMessageRow,
  hasAnswers,
  nextAnswer,
  recordAnswer,
} from './answers.ts';
export { textHash } from './approvals.ts';
export { archiveAutomation } from './archive.ts';
export { filesOf, filesProblem } from './attachments.ts';
export {
  addSenderToNode,
  isLeavingNode,
  type NodeOfAutomation,
  removeSenderFromNode,
  setSenderWeight,
} from './automationSenders.ts';
export { binContact, contactBinMs, unbinContact } from './bin.ts';
export { type BulkRow, bulkUndoMs, startBulk, stopBulk, undoBulk } from './bulk.ts';
export { openChannels } from './channels.ts';
export { type CommitAnswer, commitTask, type Fence, renew } from './commit.ts';
export { confirmPerson, refusePerson } from './confirmPerson.ts';
export { contactsChanged } from './contactsChanged.ts';
export { FEW, findByText, hasWord, isIndexed, wordsOf } from './contactText.ts';
export {
  type EngineContext,
  type EngineLog,
  type RulesInForce,
  type Unit,
  unitIn,
  unitOfWork,
} from './context.ts';
export { dailyLimitsChanged } from './dailyLimits.ts';
export * from './decide.ts';
export { binMs, deleteSender, restoreSender, retireSender } from './departures.ts';
export { claimEmail, claimEmails, type EmailJob } from './email.ts';
export { endManualTask } from './endManualTask.ts';
export { enrollContacts } from './enroll.ts';
export { type Decision, decideEnrollment } from './enrollmentDecisions.ts';
export { stopEntering } from './entering.ts';
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
} from './erasure.ts';
export {
  type Explanation,
  explainChannel,
  explainEnrollment,
  explainTask,
  type NextAction,
} from './explain.ts';
export { explainBranches } from './explainBranches.ts';
export { contactsAddedToList } from './feed.ts';
export { acceptanceOf, bouncesOf } from './guards.ts';
export { FIRST_EMAIL, type HoldKey, liftHold, type NewHold, openHolds, setHold, toDomain } from './holds.ts';
export { type Idle, isIdle } from './idle.ts';
export { type InboundEmail, recordInboundEmail } from './inboundEmail.ts';
export { noteInThread } from './inbox.ts';
export { findDrifts, repairDrifts } from './integrity/audit.ts';
export type { Drift } from './integrity/counters.ts';
export { applyToContact } from './interpret.ts';
export { lead, stepDown } from './leader.ts';
export { nextWorkFor } from './linkedin.ts';
export { isFailingLogin, isFlapping, type LossRow, lossOf } from './losses.ts';
export { noteMailbox } from './mailboxes.ts';
export { addTag, addToList, removeTag } from './marks.ts';
export { type Connections, connectionsTo, countMatching, matchingIds, reasonsPresent } from './matching.ts';
export { type NotTheirs, type Observations, recordObservations } from './observations.ts';
export { unsubscribeContact } from './optOut.ts';
export { unreadInboxes } from './otherInbox.ts';
export { type EmailOutcome, type Outcome, recordOutcome } from './outcome.ts';
export { giveSender, holdWithoutOwner, ownerIsBack, ownerLeft } from './owners.ts';
export { replan } from './pacing.ts';
export { approveTask, skipTask, withdrawApproval } from './personDecides.ts';
export {
  isOpenManualTask,
  isPaused,
  isReplied,
  isUnknown,
  isWaitingApproval,
  lacksData,
} from './predicates.ts';
export { isOnline, type Spell, silentSpells } from './presence.ts';
export { reap } from './reap.ts';
export { appendEvent } from './record.ts';
export { cancelReminders, planFreshLink, planReminder } from './reminders.ts';
export { recordLayout } from './remoteRules.ts';
export { lacksOf, nodeOf, textLimits, textVariables } from './render.ts';
export { recordJournal, recordSentFolder, type SentEmail } from './restore/evidence.ts';
export { holdRestored } from './restore/hold.ts';
export { liftRestored, type RestoreProgress, restoreProgress } from './restore/progress.ts';
export { forgetStops, replayStops, stopRemembered } from './restore/stops.ts';
export { applyResumeEdit, HELD_AT_MOST, isFirstTouch, readySteps } from './resumeEdits.ts';
export { announceRetention, carryOutRetention, eraseBinned } from './retention.ts';
export { graphOf } from './rows.ts';
export { disconnectLinkedin, endRestriction, reconnectLinkedin, recordSession } from './session.ts';
export { wakeSharedContacts } from './slots.ts';
export { dayOf, rollUp, type StatQuery, statisticsOf } from './statistics.ts';
export { isStoplisted } from './stoplist.ts';
export { confirmAnswer, confirmBounce, confirmUnsubscribe, dismissSuggestion } from './suggestions.ts';
export { takeOver } from './takeOver.ts';
export { type ArchivePlace, archiveAfterMs, archiveTasks } from './taskArchive.ts';
export { type TickResult, tick } from './tick.ts';
export { noteTracked } from './tracking.ts';
export { usageOf } from './usage.ts';
export {
  publishVersion,
  type RunningAutomation,
  undoableVersion,
  undoPublishing,
  undoWithinMs,
} from './versions.ts';
export { endWebhook } from './webhooks.ts';
export { replanWithdrawals } from './withdrawals.ts';
