import { inboxRoutes } from '#shared/contract/inbox.ts';
import { queueAnswer, settleAnswer } from '../../services/inbox/answer.ts';
import { countThreads, listThreads } from '../../services/inbox/list.ts';
import { contactMessages } from '../../services/inbox/messages.ts';
import { listReports } from '../../services/inbox/reports.ts';
import { openThread, settleSuggestion, updateThread } from '../../services/inbox/thread.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Conversations, answers to them, and what mail systems reported. */
export function serveInbox(app: App): void {
  const routes = inboxRoutes;
  serveMember(app, routes.list, (call, { query }) => listThreads(call, query));
  serveMember(app, routes.counts, (call) => countThreads(call));
  serveMember(app, routes.get, (call, { params }) => openThread(call, params.threadId));
  serveMember(app, routes.update, (call, { params, body }) => updateThread(call, params.threadId, body));
  serveMember(app, routes.answer, (call, { params, body }) => queueAnswer(call, params.threadId, body));
  serveMember(app, routes.settleSuggestion, async (call, { params, body }) => {
    await settleSuggestion(call, params.messageId, body);
    return {};
  });
  serveMember(app, routes.settleAnswer, async (call, { params, body }) => {
    await settleAnswer(call, params.answerId, body.wasSent);
    return {};
  });
  serveMember(app, routes.ofContact, (call, { params }) => contactMessages(call, params.contactId));
  serveMember(app, routes.reports, (call, { query }) => listReports(call, query));
}
