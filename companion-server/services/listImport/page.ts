import { and, eq, inArray, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { listImportRoutes } from '#shared/contract/listImport.ts';
import { companyKey } from '#shared/identity/company.ts';
import { normalizeSlug } from '#shared/identity/linkedin.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { ListedPerson, ListFailure, ListPage } from '#shared/protocol/lists.ts';
import { failurePolicy, holdLength } from '#shared/statuses/policy.ts';
import { schema, type Tx } from '../../db/index.ts';
import {
  channelOfDevice,
  contactsAddedToList,
  contactsChanged,
  dateOf,
  heedRefusal,
  holdImports,
} from '../../engine/index.ts';
import { audit, type DeviceCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { contactsById, knownIdentities } from '../import/match.ts';
import { countOutcomes, flagStoplisted } from '../import/outcomes.ts';
import { beforeUpdate, planImport, type RowOutcome } from '../import/plan.ts';
import { type ImportedPerson, splitName } from '../import/readRow.ts';
import { erasedPeople } from '../import/run.ts';
import { storeOutcomes, storePeople } from '../import/store.ts';
import { type ImportRow, ownImport } from './view.ts';

const { contact, contactImport, listImport, relation } = schema;

/** Waits before a page is tried again, by the failures in a row; after the last a person is asked. */
const RETRIES = [15 * MINUTE, HOUR, 4 * HOUR];
/** These may pass by themselves. */
const passing = new Set<ListFailure['code']>(['timeout', 'linkedin_error', 'tab_closed', 'list_refused']);

type Input = z.output<typeof listImportRoutes.page.body>;

/** Takes in what one page gave, whole or not at all. A page that was taken in before changes nothing. */
export async function takeListPage(
  call: DeviceCall,
  importId: string,
  { start, read }: Input,
): Promise<void> {
  await call.db.write(async (tx) => {
    const { row, counts } = await ownImport(tx, call, importId);
    if (row.state !== 'running' || row.start !== start) return;
    if (!read.ok) return await noteFailure(tx, call, row, read.error);
    const listId = counts.listId ?? '';
    await takePeople(tx, call, row, { listId, firstRow: counts.rowCount + 1 }, read.value);
  });
}

async function takePeople(
  tx: Tx,
  call: DeviceCall,
  row: ImportRow,
  into: { listId: string; firstRow: number },
  page: ListPage,
): Promise<void> {
  const room = Math.max(0, row.atMost - (into.firstRow - 1));
  const people = page.people.slice(0, room).map((person, index) => personOf(person, into.firstRow + index));
  const nameless = Array.from({ length: Math.min(page.nameless, room - people.length) }, (_, index) => ({
    row: into.firstRow + people.length + index,
    field: 'linkedinUrl',
    reason: 'LinkedIn does not say who this is: outside your network',
  }));
  const known = await knownIdentities(tx, call.workspaceId, people);
  const contacts = await contactsById(tx, [...new Set(known.values())]);
  const erased = await erasedPeople(tx, call, people);
  const plan = planImport({ people, rejected: nameless, known, contacts, newId: call.newId, erased });
  await storePeople(tx, call, {
    source: `linkedin:${row.id}`,
    importId: row.id,
    listId: into.listId,
    legalBasis: 'legitimate_interest',
    plan,
  });
  await storeOutcomes(tx, call, row.id, plan.outcomes);
  await learn(tx, call, row, page.people, plan.outcomes, into.firstRow);
  const stoplisted = await flagStoplisted(tx, row.id, into.firstRow);
  const isLast = page.next === null || plan.outcomes.length >= room;
  await count(tx, row, plan.outcomes);
  await tx
    .update(listImport)
    .set({
      state: isLast ? 'done' : 'running',
      reason: null,
      failures: 0,
      start: page.next ?? row.start,
      total: page.total ?? row.total,
      stoplisted: row.stoplisted + stoplisted,
    })
    .where(eq(listImport.id, row.id));
  const unit = unitOf(call, tx);
  await contactsAddedToList(unit, into.listId, plan.members);
  await contactsChanged(unit, call.workspaceId, beforeUpdate(plan, contacts), call.actor.userId);
  await audit(tx, call, {
    action: isLast ? 'import.done' : 'import.page',
    entity: 'import',
    entityId: row.id,
    data: { rows: plan.outcomes.length, start: row.start },
  });
}

function personOf(person: ListedPerson, row: number): ImportedPerson {
  return {
    row,
    ...splitName(person.name),
    email: null,
    slug: person.slug === null ? null : normalizeSlug(person.slug),
    profileId: person.profileId,
    memberId: person.memberId,
    company: person.company,
    companyKey: person.company ? companyKey(person.company) : null,
    title: person.headline,
    location: person.location,
    custom: {},
    note: null,
  };
}

/** Those whose ids, name, headline and degree the list showed need no reading of their profile. */
async function learn(
  tx: Tx,
  call: DeviceCall,
  row: ImportRow,
  people: readonly ListedPerson[],
  outcomes: readonly RowOutcome[],
  firstRow: number,
): Promise<void> {
  const now = call.clocks.schedule.now();
  const complete: string[] = [];
  for (const { row: number, contactId } of outcomes) {
    const person = people[number - firstRow];
    if (!person || contactId === null || person.degree === null) continue;
    const isConnected = person.degree === 1;
    await tx
      .insert(relation)
      .values({
        contactId,
        senderId: row.senderId,
        workspaceId: call.workspaceId,
        status: isConnected ? 'connected' : 'not_connected',
        since: now,
        connectedAt: isConnected ? now : null,
      })
      .onConflictDoUpdate({
        target: [relation.contactId, relation.senderId],
        set: { status: isConnected ? 'connected' : 'not_connected', since: now },
        setWhere: sql`${relation.status} = 'not_verified'`,
      });
    if (person.profileId && person.memberId && person.headline) complete.push(contactId);
  }
  if (complete.length === 0) return;
  await tx
    .update(contact)
    .set({ enrichedAt: now })
    .where(and(inArray(contact.id, complete), sql`${contact.enrichedAt} IS NULL`));
}

async function count(tx: Tx, row: ImportRow, outcomes: readonly RowOutcome[]): Promise<void> {
  const more = countOutcomes(outcomes);
  await tx
    .update(contactImport)
    .set({
      rowCount: sql`${contactImport.rowCount} + ${outcomes.length}`,
      added: sql`${contactImport.added} + ${more.added}`,
      updated: sql`${contactImport.updated} + ${more.updated}`,
      duplicates: sql`${contactImport.duplicates} + ${more.duplicates}`,
      rejected: sql`${contactImport.rejected} + ${more.rejected}`,
    })
    .where(eq(contactImport.id, row.id));
}

async function noteFailure(tx: Tx, call: DeviceCall, row: ImportRow, failure: ListFailure): Promise<void> {
  const now = call.clocks.schedule.now();
  const { code, detail } = failure;
  const after = { ...afterFailure(row, failure, now), reason: code };
  await tx.update(listImport).set(after).where(eq(listImport.id, row.id));
  if (code !== 'search_limit_reached' && code !== 'list_refused' && code !== 'browser_ceiling') {
    const unit = unitOf(call, tx);
    const channel = await channelOfDevice(unit, call.actor.deviceId);
    await heedRefusal(unit, channel.id, { code, detail });
    if (code === 'too_many_requests')
      await holdImports(unit, channel, { until: after.nextAt ?? now, detail });
  }
  await audit(tx, call, {
    action: 'import.failed',
    entity: 'import',
    entityId: row.id,
    data: { code: failure.code, start: row.start },
  });
}

function afterFailure(row: ImportRow, { code, until }: ListFailure, now: number): Partial<ImportRow> {
  const failures = row.failures + 1;
  // LinkedIn was not asked: no hold says so, and the next real one gets no longer.
  if (code === 'browser_ceiling') return { nextAt: dateOf(now, until ?? null, DAY) };
  if (code === 'search_limit_reached') return { nextAt: searchResetAfter(now) };
  // Asking again soon is what LinkedIn refused: as long as it holds a kind of step.
  if (code === 'too_many_requests') return { nextAt: now + holdLength(failures), failures };
  // The account is held, and with it every page; once it is Active again the import goes on by itself.
  if (code !== 'list_refused' && failurePolicy[code].do === 'hold_account') return { nextAt: now };
  const wait = RETRIES[row.failures];
  return passing.has(code) && wait !== undefined ? { nextAt: now + wait, failures } : { state: 'stopped' };
}

/** LinkedIn's search limit starts anew on the 1st of the month, at midnight Pacific time: 08:00 UTC at the latest. */
export function searchResetAfter(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1, 8);
}
