import { linkedinThenEmail } from '#shared/automation/starters.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, type EnrollmentView, importRoutes } from '#shared/contract/contact.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { must } from '#shared/kernel/assert.ts';
import { finalEnrollmentStatuses } from '#shared/statuses/engine.ts';
import { type CastMember, castCsv, rep } from './cast.ts';
import type { RecordedStep, Verdict } from './judge.ts';
import { effectsOf, judge } from './judge.ts';
import type { OwnerApi } from './ownerApi.ts';
import type { World } from './world.ts';

/** The demo's campaign, set up over the API as the dashboard would. */

/** A sender profile with its mailbox, working around the clock in UTC so that nothing depends on the hour. */
export async function createSender(api: OwnerApi, world: World): Promise<string> {
  const sender = await api.call(senderRoutes.create, {
    body: { name: `${rep.firstName} ${rep.lastName}`, zone: 'UTC' },
  });
  await api.call(mailboxRoutes.save, { params: { senderId: sender.id }, body: world.mailboxSettings() });
  return sender.id;
}

export async function importCast(
  api: OwnerApi,
  cast: readonly CastMember[],
  listName = 'Autumn outreach',
): Promise<string> {
  const upload = await api.call(importRoutes.upload, {
    body: { fileName: 'contacts.csv', contentBase64: Buffer.from(castCsv(cast)).toString('base64') },
  });
  const result = await api.call(importRoutes.run, {
    params: { importId: upload.id },
    body: {
      mapping: upload.columns.map((column) => column.suggestion),
      listName,
      legalBasis: 'legitimate_interest',
    },
  });
  return must(result.listId, 'list of the import');
}

export async function startAutomation(api: OwnerApi, listId: string, senderId: string): Promise<string> {
  const draft = await api.call(automationRoutes.create, { body: { name: 'Autumn outreach' } });
  const params = { automationId: draft.id };
  await api.call(automationRoutes.saveDraft, {
    params,
    body: { name: draft.name, graph: linkedinThenEmail({ listIds: [listId], senderIds: [senderId] }) },
  });
  await api.call(automationRoutes.start, { params });
  return draft.id;
}

export async function enrollments(api: OwnerApi, automationId: string): Promise<EnrollmentView[]> {
  const page = await api.call(automationRoutes.enrollments, {
    params: { automationId },
    query: { limit: 100 },
  });
  return page.items;
}

/** Over: it will not move again unless a person decides. */
export function isOver(enrollment: EnrollmentView): boolean {
  const final: readonly string[] = finalEnrollmentStatuses;
  return final.includes(enrollment.status) || enrollment.status === 'paused';
}

/**
 * Moves time until everybody in these automations is over. Rejects after `withinMs` real ms with where each stands
 * and why, in the server's own words.
 */
export async function runUntilOver(
  api: OwnerApi,
  world: World,
  automationIds: readonly string[],
  people: number,
  withinMs: number,
): Promise<void> {
  const all = async () => (await Promise.all(automationIds.map((id) => enrollments(api, id)))).flat();
  const over = async () => {
    const rows = await all();
    return rows.length === people && rows.every(isOver);
  };
  try {
    await world.conductor.runUntil(over, withinMs);
  } catch (cause) {
    const lines = (await all()).map(
      ({ contactName, nodeIds, status, sentence, waitsFor, whoMustAct }) =>
        `${contactName} at ${nodeIds.join(', ')}: ${status}: ${sentence} Waits for: ${waitsFor}. Must act: ${whoMustAct}.`,
    );
    throw new Error(`not everybody is over:\n${lines.join('\n')}`, { cause });
  }
}

/** The steps the server says it did, from every contact's activity log. */
async function recordedSteps(
  api: OwnerApi,
): Promise<{ steps: RecordedStep[]; repliedAt: Map<string, number> }> {
  const kinds = { invite_sent: 'invite', message_sent: 'message', email_sent: 'email' } as const;
  const steps: RecordedStep[] = [];
  const repliedAt = new Map<string, number>();
  const contacts = await api.call(contactRoutes.list, { query: { limit: 100 } });
  for (const contact of contacts.items) {
    const slug = must(contact.linkedinSlug, 'slug');
    const log = await api.call(contactRoutes.activity, {
      params: { contactId: contact.id },
      query: { limit: 100 },
    });
    for (const entry of log.items) {
      if (entry.type in kinds && entry.result === 'success') {
        steps.push({ slug, kind: kinds[entry.type as keyof typeof kinds] });
      }
      if (entry.type === 'reply_received') repliedAt.set(slug, entry.at);
    }
  }
  return { steps, repliedAt };
}

export interface Summary extends Verdict {
  contacts: number;
  failed: number;
  unknown: number;
}

/** Counts the campaign from both records. */
export async function summarise(
  api: OwnerApi,
  world: World,
  automationId: string,
  cast: readonly CastMember[],
): Promise<Summary> {
  const { steps, repliedAt } = await recordedSteps(api);
  const verdict = judge(
    effectsOf(world.twin.ledger(), world.mail.receivedByPeople(), cast),
    steps,
    cast,
    repliedAt,
  );
  const all = await enrollments(api, automationId);
  const unknown = await api.call(taskRoutes.list, { query: { group: 'unknown', limit: 100 } });
  return {
    contacts: all.length,
    failed: all.filter((enrollment) => enrollment.status === 'failed').length,
    unknown: unknown.items.length,
    ...verdict,
  };
}
