import { eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { ListImportView, listImportRoutes } from '#shared/contract/listImport.ts';
import { type LinkedinList, linkedinListOf } from '#shared/identity/linkedinList.ts';
import { schema, type Tx } from '../../db/index.ts';
import { listNamed } from '../contact/lists.ts';
import { audit, type DeviceCall } from '../context.ts';
import { invalid, Refusal } from '../refusal.ts';
import { searchResetAfter } from './page.ts';
import { type ImportRow, ownImport, viewImport } from './view.ts';

const { contactImport, listImport } = schema;

/** What an import is called where a file has its name. */
const names: Record<LinkedinList['kind'], string> = {
  people_search: 'LinkedIn people search',
  sales_search: 'Sales Navigator search',
  sales_list: 'Sales Navigator list',
  connections: 'LinkedIn connections',
  event_attendees: 'Attendees of a LinkedIn event',
  group_members: 'Members of a LinkedIn group',
  post_reactors: 'People who reacted to a LinkedIn post',
};

/** Begins an import that the rep ordered. Pages follow when the sender's pace allows. */
export async function startListImport(
  call: DeviceCall,
  input: z.output<typeof listImportRoutes.start.body>,
): Promise<ListImportView> {
  const list = linkedinListOf(input.url);
  if (!list) {
    throw invalid(
      'url',
      'not_a_list',
      'This address shows no list that can be imported.',
      'Open a people search, a Sales Navigator search or list, your connections, an event’s attendees, a group’s members or a post.',
    );
  }
  const id = call.newId();
  await call.db.write(async (tx) => {
    const { id: listId } = await listNamed(tx, call, input.listName);
    const { workspaceId } = call;
    const now = call.clocks.schedule.now();
    await tx.insert(contactImport).values({
      id,
      workspaceId,
      fileName: names[list.kind],
      state: 'done',
      encoding: '',
      delimiter: '',
      columns: [],
      rowCount: 0,
      listId,
      createdBy: call.actor.userId,
      createdAt: now,
    });
    await tx.insert(listImport).values({
      id,
      workspaceId,
      senderId: call.actor.senderId,
      kind: list.kind,
      url: list.url,
      state: 'running',
      atMost: input.atMost,
      nextAt: now,
    });
    await audit(tx, call, {
      action: 'import.started',
      entity: 'import',
      entityId: id,
      data: { kind: list.kind, listId },
    });
  });
  return viewImport(call, id);
}

/** Reads no further until it is resumed; the limits of LinkedIn and of the browser go on. Refuses once it is done. */
export async function stopListImport(call: DeviceCall, importId: string): Promise<ListImportView> {
  await change(call, importId, 'import.stopped', async (tx, row) => {
    if (row.state === 'done') throw ended();
    // Stopped twice: the limit that stands is not forgotten.
    if (row.state === 'stopped' && row.reason === 'manual') return;
    // A limit that no hold tells of is waited for after a resume, too; another trouble is not.
    const isLimited = row.reason === 'search_limit_reached' || row.reason === 'browser_ceiling';
    const nextAt = isLimited ? row.nextAt : call.clocks.schedule.now();
    await tx
      .update(listImport)
      .set({ state: 'stopped', reason: 'manual', nextAt })
      .where(eq(listImport.id, row.id));
  });
  return viewImport(call, importId);
}

/** Goes on where it stood. The limits of LinkedIn and of the browser are waited for all the same. */
export async function resumeListImport(call: DeviceCall, importId: string): Promise<ListImportView> {
  await change(call, importId, 'import.resumed', async (tx, row) => {
    if (row.state === 'done') throw ended();
    const now = call.clocks.schedule.now();
    const nextAt = Math.max(row.nextAt ?? 0, now);
    const limit = nextAt === searchResetAfter(now) ? 'search_limit_reached' : 'browser_ceiling';
    const reason = nextAt > now ? limit : null;
    await tx
      .update(listImport)
      .set({ state: 'running', reason, nextAt, failures: 0 })
      .where(eq(listImport.id, row.id));
  });
  return viewImport(call, importId);
}

async function change(
  call: DeviceCall,
  importId: string,
  action: string,
  work: (tx: Tx, row: ImportRow) => Promise<void>,
): Promise<void> {
  await call.db.write(async (tx) => {
    const { row } = await ownImport(tx, call, importId);
    await work(tx, row);
    await audit(tx, call, { action, entity: 'import', entityId: importId });
  });
}

function ended(): Refusal {
  return new Refusal(
    409,
    'import_done',
    'This import is finished.',
    'Start another one from the list’s page.',
  );
}
