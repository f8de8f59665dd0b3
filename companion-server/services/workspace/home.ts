import { and, eq, isNull, sql } from 'drizzle-orm';
import type { AutomationSummary } from '#shared/contract/automation.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import type { HomeView } from '#shared/contract/workspace.ts';
import { utcDate } from '#shared/kernel/clock.ts';
import { guardLimits, percent } from '#shared/schedule/guards.ts';
import { schema } from '../../db/index.ts';
import { listAutomations } from '../automation/view.ts';
import { announcedContacts } from '../contact/bin.ts';
import type { MemberCall } from '../context.ts';
import { unknownAnswers } from '../inbox/answer.ts';
import { refusedByPolicy } from '../inbox/refusedByPolicy.ts';
import { listNotifications } from '../notification/notifications.ts';
import { isManager } from '../scope.ts';
import { viewHold } from '../sender/holdView.ts';
import { lostCapacityOf } from '../sender/lostCapacity.ts';
import { viewSenders } from '../sender/view.ts';
import { failedMailActions } from '../systemMail/failed.ts';
import { taskActions } from '../task/homeActions.ts';
import { webhookActions } from '../webhook/failed.ts';
import { stuckContacts } from './stuckContacts.ts';

const { automation, hold, segmentSlot } = schema;

type Action = HomeView['actions'][number];

const { acceptance: acceptanceLimits, bounces: bounceLimits } = guardLimits;
const rank = { red: 0, orange: 1, yellow: 2 } as const;

/** Who must act now, worst first; a rep sees their own profiles, a manager all. */
export async function home(call: MemberCall): Promise<HomeView> {
  const senders = await viewSenders(call);
  const { items: automations } = await listAutomations(call);
  const running = automations.filter(({ status }) => status === 'running' || status === 'partly_paused');
  const stopped = await workspaceStop(call);
  const actions: Action[] = [
    ...senders.flatMap((one) => senderActions(one)),
    ...(await taskActions(call)),
    ...(await stuckContacts(call)),
    ...(await webhookActions(call)),
    ...(await noticeActions(call)),
    ...automations.flatMap(automationActions),
    ...(await retentionActions(call)),
    ...addressActions(call, automations.length > 0),
    ...mailActions(call, senders),
    ...(await failedMailActions(call)),
    ...(await policyActions(call)),
    ...(await answerActions(call)),
  ];
  return {
    actions: actions.sort((a, b) => rank[a.severity] - rank[b.severity]),
    senders,
    stopped,
    runningAutomations: running.length,
    activeContacts: await activeContacts(call),
    publicUrl: call.publicUrlCheck.known(),
    lostCapacity: await lostCapacityOf(call),
    now: call.clocks.schedule.now(),
  };
}

async function workspaceStop(call: MemberCall): Promise<HomeView['stopped']> {
  const rows = await call.db.reader
    .select()
    .from(hold)
    .where(and(eq(hold.scope, 'workspace'), eq(hold.scopeId, call.workspaceId), isNull(hold.liftedAt)));
  // A restore outweighs a stop by hand: it says what has to happen first.
  const row = rows.find(({ reason }) => reason === 'restored_from_backup') ?? rows[0];
  return row ? viewHold(row) : null;
}

/** From the counters of the segments, whatever the number of contacts. */
async function activeContacts(call: MemberCall): Promise<number> {
  const rows = await call.db.reader
    .select({ active: sql<number>`coalesce(sum(${segmentSlot.active}), 0)` })
    .from(automation)
    .innerJoin(segmentSlot, eq(segmentSlot.automationId, automation.id))
    .where(eq(automation.workspaceId, call.workspaceId));
  return rows[0]?.active ?? 0;
}

/** Held as a whole: by a person, or because nobody can take its contacts. */
function automationActions({ id, name, status, holds }: AutomationSummary): Action[] {
  const [hold] = holds.filter(({ scope }) => scope === 'automation');
  if (!hold || status === 'finished') return [];
  const state = status === 'paused' ? 'is paused' : 'takes nobody in';
  const detail = [hold.detail, hold.hint].filter(Boolean).join(' ');
  return [
    {
      id: `automation:${id}`,
      severity: 'orange',
      title: `${name} ${state}`,
      detail,
      href: `/automations/${id}`,
    },
  ];
}

function senderActions(one: SenderView): Action[] {
  const href = `/senders/${one.id}`;
  const actions: Action[] = [];
  if (one.redDot.linkedin) {
    actions.push({
      id: `linkedin:${one.id}`,
      severity: 'red',
      title: `${one.name}: reconnect LinkedIn`,
      detail: one.linkedin.detail ?? 'Sign in to LinkedIn again.',
      href: `${href}?tab=linkedin`,
    });
  }
  if (one.redDot.email) {
    actions.push({
      id: `email:${one.id}`,
      severity: 'red',
      title: `${one.name}: mailbox disconnected`,
      detail: one.mailbox.smtp.response ?? one.mailbox.imap.response ?? 'Check the mailbox settings.',
      href: `${href}?tab=email`,
    });
  }
  const shown = ['linkedin_account_disconnected', 'disconnected_by_user', 'email_disconnected'];
  for (const each of one.holds) {
    if (each.scope === 'workspace' || each.whoMustAct === 'nobody' || shown.includes(each.reason)) continue;
    actions.push({
      id: `hold:${each.id}`,
      severity: 'orange',
      title: `${one.name} is held`,
      detail: [each.detail, each.hint].filter(Boolean).join(' '),
      href,
    });
  }
  const warn = (id: string, title: string, detail: string, tab: 'linkedin' | 'email') =>
    actions.push({ id: `${id}:${one.id}`, severity: 'orange', title, detail, href: `${href}?tab=${tab}` });
  if (one.linkedin.warnings[0]) {
    warn('session', `${one.name}: trouble with the session`, one.linkedin.warnings.join(' '), 'linkedin');
  }
  const { acceptance, bounces } = one.guards;
  if (acceptance.level === 'warn') {
    const detail = `${acceptance.accepted} of ${acceptance.decided} decided invitations were accepted. Below ${percent(acceptanceLimits.stopBelow)} of ${acceptanceLimits.of} invitations stop. Check whom the automations address.`;
    warn('acceptance', `${one.name}: few acceptances`, detail, 'linkedin');
  }
  if (bounces.level === 'warn') {
    const detail = `${bounces.bounced} of the last ${bounces.sent} emails came back. At ${percent(bounceLimits.stopFirstAt)} first emails stop, at ${percent(bounceLimits.stopAt)} the mailbox. Check where the addresses come from.`;
    warn('bounces', `${one.name}: emails come back`, detail, 'email');
  }
  for (const { channel, steps, regainedAt } of one.backlogs) {
    if (regainedAt === null) continue;
    actions.push({
      id: `resume:${channel}:${one.id}`,
      severity: 'yellow',
      title: `${one.name}: ${steps} steps go on`,
      detail:
        'The account is back. They go within caps and working hours, never in a burst. See when, or change it first.',
      href: `${href}/resume?channel=${channel}`,
    });
  }
  if (one.linkedin.status === 'active' && !one.linkedin.online) {
    actions.push({
      id: `offline:${one.id}`,
      severity: 'yellow',
      title: `${one.name} is offline`,
      detail: 'The browser with Rapport is not running. LinkedIn steps wait and go on by themselves.',
      href: `${href}?tab=linkedin`,
    });
  }
  return actions;
}

async function noticeActions(call: MemberCall): Promise<Action[]> {
  const { items } = await listNotifications(call, { limit: 20 });
  return items.map(({ id, text, contactId, contactName, automationName }) => ({
    id: `notice:${id}`,
    severity: 'yellow',
    title: `${automationName}: ${contactName}`,
    detail: text,
    href: `/contacts/${contactId}`,
    noticeId: id,
  }));
}

/** What is deleted by itself is announced first. */
async function retentionActions(call: MemberCall): Promise<Action[]> {
  if (!isManager(call)) return [];
  const { items, nextCursor, months } = await announcedContacts(call, { limit: 100 });
  const [first] = items;
  if (!first) return [];
  const count = nextCursor === null ? String(items.length) : `More than ${items.length}`;
  return [
    {
      id: 'retention',
      severity: 'yellow',
      title: `${count} ${items.length === 1 ? 'contact goes' : 'contacts go'} to the recycle bin`,
      detail: `Nobody was in touch with them for ${months} months. The first goes on ${utcDate(first.goesAt)}. Look who they are, and keep whom you still need.`,
      href: '/contacts/bin',
    },
  ];
}

/** Reps are not told by email where nothing may send one. */
function mailActions(call: MemberCall, senders: SenderView[]): Action[] {
  const isMissed = senders.some((one) => one.redDot.linkedin && one.reconnectMail);
  if (call.systemMail || !isMissed || !isManager(call)) return [];
  return [
    {
      id: 'system_mail',
      severity: 'yellow',
      title: 'Reps are not reminded by email',
      detail:
        'An account waits to be reconnected, and no mail account for reminders is set up. Tell the rep, or set SYSTEM_SMTP_URL and SYSTEM_MAIL_FROM on the server.',
      href: '/senders',
    },
  ];
}

/** About the mailbox, never about the people it wrote to. */
async function policyActions(call: MemberCall): Promise<Action[]> {
  return (await refusedByPolicy(call)).map(({ senderId, senderName, count: refused, words }) => ({
    id: `mail_refused:${senderId}`,
    severity: 'orange',
    title: `Mail of ${senderName} is refused`,
    detail: `${refused} in 7 days, because of the sender or the text. ${words ? `One server said: ${words}. ` : ''}Check the domain and the texts; the people stay where they are.`,
    href: `/senders/${senderId}?tab=email`,
  }));
}

/** Answers by hand that may have been sent: only a person can look. */
async function answerActions(call: MemberCall): Promise<Action[]> {
  return (await unknownAnswers(call)).map(({ id, contactName, threadId, text }) => ({
    id: `answer:${id}`,
    severity: 'red',
    title: `The answer to ${contactName} may have been sent`,
    detail: `The connection was lost before the mail server answered. Look in the Sent folder, then say how it was. It begins: ${text}`,
    href: `/inbox?thread=${threadId}`,
  }));
}

function addressActions(call: MemberCall, hasAutomations: boolean): Action[] {
  const known = call.publicUrlCheck.known();
  if (known.ok || !hasAutomations || !isManager(call)) return [];
  return [
    {
      id: 'public_url',
      severity: 'yellow',
      title: 'Emails cannot be sent yet',
      detail: [known.message, known.action].filter(Boolean).join(' '),
      href: '/settings',
    },
  ];
}
