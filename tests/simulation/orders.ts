import type { z } from 'zod';
import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { stoplistRoutes } from '#shared/contract/contact.ts';
import { deviceRoutes } from '#shared/contract/device.ts';
import type { Route } from '#shared/contract/route.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { versionRoutes } from '#shared/contract/version.ts';
import { webhookRoutes } from '#shared/contract/webhook.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import type { Books, TaskFacts } from './books.ts';
import type { Ledger } from './ledger.ts';
import type { Request } from './network.ts';
import type { Rises } from './rises.ts';
import { finalStatuses } from './transitions.ts';
import { Violation } from './violation.ts';
import type { Receiver } from './webhooks.ts';
import type { World } from './world.ts';

/** Who keeps account of what people ordered. */
export interface Account {
  ledger: Ledger;
  books: Books;
  world: World;
  rises: Rises;
  receiver: Receiver;
}

/**
 * What an order means for what may happen. `before` loosens, as soon as the order arrives: its answer may be lost.
 * `after` tightens, once the server confirmed it.
 */
interface Rule {
  before?(account: Account): void | Promise<void>;
  after?(account: Account): void | Promise<void>;
}

type Reading = (request: Request) => Rule | null;

/** One line per order that changes what may happen. */
const readings: readonly Reading[] = [
  on(workspaceRoutes.stop, () => ({ after: ({ ledger }) => ledger.hold('workspace') })),
  on(deviceRoutes.stopEverything, () => ({ after: ({ ledger }) => ledger.hold('workspace') })),
  on(workspaceRoutes.resume, () => ({ before: ({ ledger }) => ledger.lift('workspace') })),
  on(automationRoutes.pause, ({ automationId }) => ({
    after: ({ ledger }) => ledger.hold(`automation:${automationId}`),
  })),
  on(automationRoutes.archive, ({ automationId }) => ({
    after: ({ ledger }) => ledger.hold(`automation:${automationId}`),
  })),
  on(automationRoutes.resume, ({ automationId }) => ({
    before: ({ ledger }) => ledger.lift(`automation:${automationId}`),
  })),
  on(senderRoutes.pause, ({ senderId }, { channel }) => ({
    after: ({ ledger }) => ledger.hold(`sender:${senderId}:${channel ?? 'all'}`),
  })),
  on(senderRoutes.resume, ({ senderId }, { channel }) => ({
    before: ({ ledger }) => ledger.lift(`sender:${senderId}:${channel ?? 'all'}`),
  })),
  on(senderRoutes.disconnectLinkedin, ({ senderId }) => ({
    after: ({ ledger }) => ledger.hold(`sender:${senderId}:linkedin`),
  })),
  on(senderRoutes.update, ({ senderId }, { settings }) => {
    const next = senderSettings.parse(settings);
    return {
      before: ({ ledger }) => {
        const old = ledger.settings.get(senderId);
        if (old) ledger.settings.set(senderId, looser(old, next));
      },
      after: ({ ledger }) => {
        ledger.settings.set(senderId, next);
      },
    };
  }),
  on(enrollmentRoutes.decide, ({ enrollmentId }, { decision }) => {
    const key = `enrollment:${enrollmentId}`;
    if (decision !== 'resume' && decision !== 'skip') return { after: ({ ledger }) => ledger.hold(key) };
    return {
      ...(decision === 'skip' ? { after: (account) => passBy(account, enrollmentId) } : {}),
      before: async ({ ledger, books }) => {
        ledger.lift(key);
        const [row] = await books.rows('SELECT contact_id FROM enrollment WHERE id = ?', [enrollmentId]);
        ledger.goOn(String(row?.contact_id), 'reply');
      },
    };
  }),
  on(bulkRoutes.start, ({ automationId }, { input }) =>
    ['resume', 'retry', 'move'].includes(input.action)
      ? { before: (a) => bringBack(a, automationId, input.action === 'retry' ? ['failed'] : []) }
      : {},
  ),
  on(bulkRoutes.undo, ({ bulkId }) => ({ before: (a) => undo(a, bulkId) })),
  // Whoever ended because their step or segment was gone.
  on(versionRoutes.undo, ({ automationId }) => ({
    before: (a) => bringBack(a, automationId, ['canceled', 'finished']),
  })),
  on(automationRoutes.settings, ({ automationId }, { approveEach }) => {
    if (approveEach === undefined) return {};
    const order = ({ ledger }: Account) => ledger.askFirst(automationId, approveEach);
    return approveEach ? { after: order } : { before: order };
  }),
  on(taskRoutes.approve, ({ taskId }) => ({ before: ({ ledger }) => ledger.approve(taskId) })),
  on(senderLifeRoutes.consent, (_, { agreed }) =>
    agreed
      ? { before: ({ ledger }) => ledger.lift('consent') }
      : { after: ({ ledger }) => ledger.hold('consent') },
  ),
  on(senderLifeRoutes.delete, ({ senderId }, { tasks }) =>
    tasks === 'cancel' ? { after: ({ ledger }) => ledger.hold(`sender:${senderId}:deleted`) } : {},
  ),
  on(senderLifeRoutes.restore, ({ senderId }) => ({
    before: ({ ledger }) => ledger.lift(`sender:${senderId}:deleted`),
  })),
  on(taskRoutes.settle, ({ taskId }, { happened }) => ({
    before: ({ ledger }) => {
      if (happened) return;
      for (const yes of ledger.yeses) if (yes.taskId === taskId) yes.disproved = true;
    },
  })),
  on(deviceRoutes.outcome, (_, report) => lateOutcome(report)),
  on(webhookRoutes.decide, (_, { action, ids }) => ({
    before: ({ receiver }) => receiver.decide(ids ?? [], action),
  })),
  on(stoplistRoutes.add, (_, { value }) => ({
    after: ({ ledger, world }) => {
      for (const person of world.people) {
        const means = [person.email, person.email?.split('@')[1], person.companyId];
        if (means.includes(value)) ledger.stop(person.contactId, `stoplist:${value}`);
      }
    },
  })),
  (request) => {
    const token = /\/u\/([\w-]+)\./.exec(request.url)?.[1];
    if (!token || request.method !== 'POST') return null;
    const claim: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    const contactId = Array.isArray(claim) ? String(claim[1]) : '';
    return { after: ({ ledger }) => ledger.stop(contactId, 'unsubscribed') };
  },
];

/** What this request orders; nothing for most. */
export function orderOf(request: Request): Rule {
  for (const reading of readings) {
    const rule = reading(request);
    if (rule) return rule;
  }
  return {};
}

function on<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
  route: Route<P, Q, B, R>,
  rule: (params: z.output<P>, body: z.output<B>) => Rule,
): Reading {
  const pattern = new RegExp(`^https?://[^/]+${route.path.replace(/:(\w+)/g, '(?<$1>[^/?]+)')}$`);
  return (request) => {
    const match = request.method === route.method ? pattern.exec(request.url) : null;
    if (!match) return null;
    return rule(route.params.parse({ ...match.groups }), route.body.parse(JSON.parse(request.body ?? '{}')));
  };
}

/** What was reported of an older claim changes nothing of a newer one; evidence of an effect counts however late. */
function lateOutcome({ taskId, fence, outcome }: z.output<typeof deviceRoutes.outcome.body>): Rule {
  let before: TaskFacts | null = null;
  return {
    before: async ({ books }) => {
      before = await books.task(taskId);
    },
    after: async ({ books }) => {
      if (!before || before.fence === fence || outcome.result === 'done') return;
      const now = await books.task(taskId);
      if (now?.state === before.state && now.fence === before.fence) return;
      throw new Violation(
        `task ${taskId}#${before.fence} became ${now?.state} by what was said of #${fence}`,
      );
    },
  };
}

/** What is open of steps that the branches have left: nothing of it goes out any more. */
async function passBy({ ledger, books }: Account, enrollmentId: string): Promise<void> {
  const left = await books.rows(
    `SELECT t.id, t.fence FROM task t JOIN cursor c ON c.id = t.cursor_id WHERE t.enrollment_id = ?
      AND t.state IN ('ready', 'scheduled', 'claimed', 'committing', 'unknown')
      AND NOT (c.state = 'acting' AND c.node_id = t.node_id AND c.visit = t.visit)`,
    [enrollmentId],
  );
  for (const { id, fence } of left) ledger.passBy(String(id), Number(fence));
}

/** What this bulk action had ended may go on again. */
async function undo(account: Account, bulkId: string): Promise<void> {
  const [row] = await account.books.rows(
    `SELECT automation_id, json_extract(input, '$.action') AS action FROM bulk_action WHERE id = ?`,
    [bulkId],
  );
  if (!row) return;
  const from = row.action === 'cancel' ? ['canceled'] : row.action === 'move' ? finalStatuses : [];
  await bringBack(account, String(row.automation_id), from);
}

/** Contacts of this automation may go on, after an answer, after an order to stop, and once `from` these ends. */
async function bringBack(
  { ledger, books, rises }: Account,
  automationId: string,
  from: readonly string[],
): Promise<void> {
  if (from.length > 0) rises.order(automationId, from);
  const rows = await books.rows('SELECT id, contact_id FROM enrollment WHERE automation_id = ?', [
    automationId,
  ]);
  for (const { id, contact_id: contactId } of rows) {
    ledger.lift(`enrollment:${id}`);
    ledger.goOn(String(contactId), 'reply');
    const steps = await books.rows('SELECT id FROM task WHERE enrollment_id = ?', [String(id)]);
    for (const step of steps) ledger.comeBack(String(step.id));
  }
}

/** The larger caps of both. */
function looser(old: SenderSettings, next: SenderSettings): SenderSettings {
  const caps = Object.entries(old.caps).map(([kind, cap]) => {
    const other = next.caps[kind as keyof typeof next.caps];
    return [kind, { daily: Math.max(cap.daily, other.daily), weekly: Math.max(cap.weekly, other.weekly) }];
  });
  // What is asked for may hold already, its answer may be lost.
  const window = isWider(next.window, old.window) ? next.window : old.window;
  return senderSettings.parse({ ...old, window, caps: Object.fromEntries(caps) });
}

function isWider(one: SenderSettings['window'], other: SenderSettings['window']): boolean {
  return one.days.length >= other.days.length && one.from <= other.from && one.to >= other.to;
}
