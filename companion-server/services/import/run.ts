import { and, asc, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import type { importRoutes } from '#shared/contract/contact.ts';
import { type Queryable, schema, type Tx } from '../../db/index.ts';
import { contactsAddedToList, contactsChanged, erasedAmong } from '../../engine/index.ts';
import { listNamed } from '../contact/lists.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { decodeCursor, pageOf } from '../page.ts';
import { invalid, Refusal } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import type { ImportField } from './columns.ts';
import { contactsById, identitiesOf, identityKey, knownIdentities } from './match.ts';
import { countOutcomes, flagStoplisted } from './outcomes.ts';
import { beforeUpdate, planImport, type RowOutcome } from './plan.ts';
import { type ImportedPerson, type RejectedRow, readRow } from './readRow.ts';
import { storeOutcomes, storePeople } from './store.ts';

const { contactImport, contactImportRow } = schema;

type ImportRow = typeof contactImport.$inferSelect;
type RunInput = z.output<typeof importRoutes.run.body>;

async function importOf(db: Queryable, call: Call, importId: string): Promise<ImportRow> {
  const rows = await db
    .select()
    .from(contactImport)
    .where(and(eq(contactImport.workspaceId, call.workspaceId), eq(contactImport.id, importId)));
  const row = rows[0];
  if (!row) {
    throw new Refusal(
      404,
      'not_found',
      'This import does not exist: a file that is not imported is forgotten after a day.',
      'Upload the file again.',
    );
  }
  return row;
}

function checkMapping(mapping: readonly ImportField[], columnCount: number): void {
  if (mapping.length !== columnCount) {
    throw invalid(
      'mapping',
      'mapping_length',
      `The mapping has ${mapping.length} entries, the file has ${columnCount} columns.`,
      'Give one entry per column; "ignore" leaves a column out.',
    );
  }
  const used = mapping.filter((field) => field !== 'ignore');
  const twice = used.find((field, at) => used.indexOf(field) !== at);
  if (twice) {
    throw invalid(
      `mapping.${mapping.lastIndexOf(twice)}`,
      'mapping_twice',
      `Two columns go to "${twice}".`,
      'Choose one of them and ignore the other.',
    );
  }
  if (!used.includes('email') && !used.includes('linkedinUrl')) {
    throw invalid(
      'mapping',
      'mapping_no_identity',
      'No column goes to email or LinkedIn profile: nobody could be told apart.',
      'Choose the column that holds email addresses or LinkedIn profiles.',
    );
  }
}

/** Second step: everything in one transaction, so that an import is there whole or not at all. */
export async function runImport(call: MemberCall, importId: string, input: RunInput) {
  requireManager(call);
  const uploaded = await importOf(call.db.reader, call, importId);
  checkMapping(input.mapping, uploaded.columns.length);
  const { people, rejected } = readRows(uploaded, input.mapping);
  await call.db.write(async (tx) => {
    const current = await importOf(tx, call, importId);
    if (current.state === 'done') {
      throw new Refusal(
        409,
        'import_done',
        'This import ran already.',
        'Upload the file again to import it again.',
      );
    }
    const known = await knownIdentities(tx, call.workspaceId, people);
    const contacts = await contactsById(tx, [...new Set(known.values())]);
    const erased = await erasedPeople(tx, call, people);
    const plan = planImport({ people, rejected, known, contacts, newId: call.newId, erased });
    const list = await listNamed(tx, call, input.listName);
    const { legalBasis } = input;
    await storePeople(tx, call, { source: `csv:${importId}`, importId, listId: list.id, legalBasis, plan });
    await storeOutcomes(tx, call, importId, plan.outcomes);
    await flagStoplisted(tx, importId, 0);
    await finishImport(tx, importId, list.id, plan.outcomes);
    const unit = unitOf(call, tx);
    await contactsAddedToList(unit, list.id, plan.members);
    await contactsChanged(unit, call.workspaceId, beforeUpdate(plan, contacts), call.actor.userId);
    await audit(tx, call, {
      action: 'import.done',
      entity: 'import',
      entityId: importId,
      data: { ...countOutcomes(plan.outcomes), legalBasis: input.legalBasis, listId: list.id },
    });
  });
  return getImport(call, importId);
}

/** Those among them who asked to be erased: they never come in again. */
export async function erasedPeople(
  tx: Tx,
  call: Call,
  people: readonly ImportedPerson[],
): Promise<Set<ImportedPerson>> {
  const all = people.flatMap(identitiesOf);
  const found = new Set((await erasedAmong(tx, call.workspaceId, call.keyedHash, all)).map(identityKey));
  return new Set(people.filter((each) => identitiesOf(each).some((one) => found.has(identityKey(one)))));
}

function readRows(uploaded: ImportRow, mapping: readonly ImportField[]) {
  const people: ImportedPerson[] = [];
  const rejected: RejectedRow[] = [];
  for (const [index, cells] of (uploaded.rows ?? []).entries()) {
    const read = readRow(index + 2, cells, mapping);
    if ('person' in read) people.push(read.person);
    else rejected.push(read.rejected);
  }
  return { people, rejected };
}

async function finishImport(tx: Tx, importId: string, listId: string, outcomes: readonly RowOutcome[]) {
  await tx
    .update(contactImport)
    .set({ state: 'done', rows: null, listId, ...countOutcomes(outcomes) })
    .where(eq(contactImport.id, importId));
}

/** Who started it may see what became of it, and every manager. */
async function importToSee(call: MemberCall, importId: string): Promise<ImportRow> {
  const row = await importOf(call.db.reader, call, importId);
  if (row.createdBy !== call.actor.userId) requireManager(call);
  return row;
}

/** How far an import is and what came of it. Refuses with `not_found`. */
export async function getImport(call: MemberCall, importId: string) {
  const { id, fileName, state, listId, added, updated, duplicates, rejected } = await importToSee(
    call,
    importId,
  );
  return { id, fileName, state, listId, added, updated, duplicates, rejected };
}

/** The rows with what became of them; the counts lead here. */
export async function importRows(
  call: MemberCall,
  importId: string,
  query: z.output<typeof importRoutes.rows.query>,
) {
  await importToSee(call, importId);
  const after = decodeCursor(query.cursor, z.tuple([z.number()]));
  const rows = await call.db.reader
    .select()
    .from(contactImportRow)
    .where(
      and(
        eq(contactImportRow.importId, importId),
        query.outcome ? eq(contactImportRow.outcome, query.outcome) : undefined,
        after ? gt(contactImportRow.row, after[0]) : undefined,
      ),
    )
    .orderBy(asc(contactImportRow.row))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.row],
    ({ row, outcome, field, reason, contactId }) => ({ row, outcome, field, reason, contactId }),
  );
}
