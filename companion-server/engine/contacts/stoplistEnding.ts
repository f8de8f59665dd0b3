import { and, asc, eq, gt, gte, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import { type EngineContext, type EnrollmentRow, type Unit, unitOfWork } from '../context.ts';
import { letGo, letGoIn } from '../flow/letGo.ts';
import { isEnding } from '../predicates.ts';
import { appendEvent, type NewEvent, noteEvent } from '../record.ts';
import { contactById } from '../rows.ts';
import { endEach } from '../setAside.ts';
import { isStoplisted } from './stoplist.ts';

const { byDomain, company, contact, contactIdentity, enrollment, ORDERED_PARTS, suppression } = schema;

type Entry = typeof suppression.$inferSelect;

/** Contacts that are looked at for each one that may end: most of a domain are under way nowhere. */
const LOOKED_AT = 10;

/** Whether an entry of this kind may name many people; all other kinds name one. */
export function namesMany(kind: Entry['kind']): boolean {
  return kind === 'domain' || kind === 'company';
}

/**
 * Puts an entry on the stoplist: from this transaction on the gates refuse whomever it names. One person is let go here;
 * those of a domain or company end in the next rounds of the engine.
 */
export async function addStoplistEntry(unit: Unit, entry: Omit<Entry, 'endingAfter'>): Promise<void> {
  const isWide = namesMany(entry.kind);
  await unit.tx.insert(suppression).values({ ...entry, endingAfter: isWide ? '' : null });
  if (isWide) return;
  for (const { contactId } of await peopleOf(unit.tx, entry, '', 1)) {
    if ((await enrollmentsOf(unit.tx, entry, [contactId])).length === 0) continue;
    await appendEvent(unit, listed(entry, contactId));
    await letGo(unit, contactId, 'stoplisted');
  }
}

/** The engine's stage: whom the oldest unfinished entry names ends, about `limit` in one transaction. True: there may be more. */
export async function endListed(ctx: EngineContext, limit: number): Promise<boolean> {
  const q = ctx.db.reader;
  const [entry] = await q
    .select()
    .from(suppression)
    .where(isEnding)
    .orderBy(asc(suppression.at), asc(suppression.id))
    .limit(1);
  if (!entry) return false;
  const atOnce = limit * LOOKED_AT;
  const people = await peopleOf(q, entry, entry.endingAfter ?? '', atOnce);
  const rows = await enrollmentsOf(
    q,
    entry,
    people.map(({ contactId }) => contactId),
  );
  const { taken, next } = pageOf(people, new Set(rows.map((row) => row.contactId)), limit, atOnce);
  const theirs = rows.filter((row) => taken.has(row.contactId));
  const open = theirs.filter(({ endedAt }) => endedAt === null);
  if (open.length > 0) {
    await endEach(
      ctx,
      open.map(({ id }) => id),
      (unit, row) => end(unit, entry, row),
    );
  }
  const ended = theirs.filter(({ endedAt }) => endedAt !== null);
  await unitOfWork(ctx, (unit) => moveOn(unit, entry, next, ended));
  // Another entry may wait behind this one.
  return true;
}

/** The first of them, until `limit` have an enrollment that this entry ends; `next`: where it goes on, null: nowhere. */
function pageOf(
  people: readonly Person[],
  hit: ReadonlySet<string>,
  limit: number,
  atOnce: number,
): { taken: Set<string>; next: string | null } {
  const taken = new Set<string>();
  for (const [n, { contactId, place }] of people.entries()) {
    if (hit.has(contactId)) taken.add(contactId);
    if (taken.size === limit && n < people.length - 1) return { taken, next: place };
  }
  return { taken, next: people.length < atOnce ? null : (people.at(-1)?.place ?? null) };
}

async function end(unit: Unit, entry: Entry, row: EnrollmentRow): Promise<void> {
  // Taken off the stoplist, or not theirs any more, since they were looked up.
  if (!(await isStoplisted(unit.tx, await contactById(unit.tx, row.contactId)))) return;
  noteEvent(unit, listed(entry, row.contactId));
  await letGoIn(unit, row, 'stoplisted');
}

/** Nothing where the entry was taken off meanwhile. `ended`: whom a gate let go before it was their turn. */
async function moveOn(unit: Unit, entry: Entry, next: string | null, ended: readonly Hit[]): Promise<void> {
  const moved = await unit.tx
    .update(suppression)
    .set({ endingAfter: next })
    .where(and(eq(suppression.id, entry.id), sql`${suppression.endingAfter} = ${entry.endingAfter}`))
    .returning({ id: suppression.id });
  if (moved.length === 0) return;
  for (const { contactId } of ended) noteEvent(unit, listed(entry, contactId));
}

function listed({ workspaceId, id }: Pick<Entry, 'workspaceId' | 'id'>, contactId: string): NewEvent {
  return { workspaceId, type: 'stoplisted', dedupeKey: `stoplisted:${id}:${contactId}`, contactId };
}

type Hit = Pick<EnrollmentRow, 'id' | 'contactId' | 'endedAt'>;

/** Of these contacts: what has not ended, and what ended since because they are on the stoplist. */
async function enrollmentsOf(
  q: Queryable,
  { at }: Pick<Entry, 'at'>,
  contactIds: readonly string[],
): Promise<Hit[]> {
  return await q
    .select({ id: enrollment.id, contactId: enrollment.contactId, endedAt: enrollment.endedAt })
    .from(enrollment)
    .where(
      and(
        inArray(enrollment.contactId, [...contactIds]),
        or(
          isNull(enrollment.endedAt),
          and(eq(enrollment.reason, 'stoplisted'), gte(enrollment.endedAt, at ?? 0)),
        ),
      ),
    );
}

interface Person {
  contactId: string;
  /** Where they stand among those of the entry. */
  place: string;
}

/** Whom this entry names, behind a place, in the order of an index. */
async function peopleOf(
  q: Queryable,
  entry: Pick<Entry, 'workspaceId' | 'kind' | 'value'>,
  after: string,
  limit: number,
): Promise<Person[]> {
  const { kind } = entry;
  if (kind === 'domain') return await peopleAt(q, entry, after, limit);
  if (kind === 'company') return await peopleIn(q, entry, after, limit);
  return await q
    .select({ contactId: contactIdentity.contactId, place: contactIdentity.value })
    .from(contactIdentity)
    .where(
      and(
        eq(contactIdentity.workspaceId, entry.workspaceId),
        eq(contactIdentity.kind, kind),
        eq(contactIdentity.value, entry.value),
      ),
    )
    .limit(limit);
}

/** Of a domain and of all below it. */
async function peopleAt(
  q: Queryable,
  { workspaceId, value }: Pick<Entry, 'workspaceId' | 'value'>,
  after: string,
  limit: number,
): Promise<Person[]> {
  const parts = value.split('.').toReversed().slice(0, ORDERED_PARTS).join('.');
  return await q
    .select({ contactId: contactIdentity.contactId, place: byDomain })
    .from(contactIdentity)
    .where(
      and(
        eq(contactIdentity.workspaceId, workspaceId),
        sql`kind = 'email'`,
        // "/" comes next after the dot.
        gt(byDomain, after === '' ? `${parts}.` : after),
        lt(byDomain, `${parts}/`),
      ),
    )
    .orderBy(byDomain)
    .limit(limit);
}

/** Known by the company's name, or by a company of that name. */
async function peopleIn(
  q: Queryable,
  { workspaceId, value }: Pick<Entry, 'workspaceId' | 'value'>,
  after: string,
  limit: number,
): Promise<Person[]> {
  const isNamedSo = and(eq(contact.workspaceId, workspaceId), eq(contact.companyKey, value));
  const [known] = await q
    .select({ id: company.id })
    .from(company)
    .where(and(eq(company.workspaceId, workspaceId), eq(company.key, value)));
  const ids = new Set<string>();
  for (const where of [isNamedSo, ...(known ? [eq(contact.companyId, known.id)] : [])]) {
    const rows = await q
      .select({ id: contact.id })
      .from(contact)
      .where(and(where, gt(contact.id, after)))
      .orderBy(asc(contact.id))
      .limit(limit);
    for (const { id } of rows) ids.add(id);
  }
  return [...ids]
    .toSorted()
    .slice(0, limit)
    .map((id) => ({ contactId: id, place: id }));
}
