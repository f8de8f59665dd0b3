import { and, desc, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import type { importRoutes } from '#shared/contract/contact.ts';
import { limits } from '#shared/kernel/limits.ts';
import { schema, type Tx } from '../../db/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { invalid, Refusal } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import { suggestFields } from './columns.ts';
import { decodeText } from './decode.ts';
import { parseCsv } from './parseCsv.ts';

const { contactImport } = schema;

const SAMPLES = 3;
/** Files of one member that wait to be imported; each may hold 25 MB. */
const WAITING_AT_MOST = 10;

function decodeBase64(content: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content)) {
    throw invalid('contentBase64', 'not_base64', 'The content is no base64.');
  }
  const bytes = new Uint8Array(Buffer.from(content, 'base64'));
  if (bytes.length <= limits.csvBytes) return bytes;
  throw new Refusal(
    413,
    'csv_too_large',
    `The file has ${bytes.length} bytes, at most ${limits.csvBytes} are possible.`,
    'Split the file.',
    [{ field: 'contentBase64', message: 'too large' }],
  );
}

/** A new file takes the place of the member's oldest one that was not imported. Gives how many went. */
async function dropOldest(tx: Tx, call: MemberCall): Promise<number> {
  const tooMany = await tx
    .select({ id: contactImport.id })
    .from(contactImport)
    .where(
      and(
        eq(contactImport.workspaceId, call.workspaceId),
        eq(contactImport.state, 'uploaded'),
        eq(contactImport.createdBy, call.actor.userId),
      ),
    )
    .orderBy(desc(contactImport.id))
    .limit(WAITING_AT_MOST)
    .offset(WAITING_AT_MOST);
  const ids = tooMany.map(({ id }) => id);
  if (ids.length > 0) await tx.delete(contactImport).where(inArray(contactImport.id, ids));
  return ids.length;
}

/** First step: reads the file and keeps its cells for a day. Nothing is written to contacts yet. */
export async function uploadImport(
  call: MemberCall,
  input: z.output<typeof importRoutes.upload.body>,
): Promise<z.input<typeof importRoutes.upload.response>> {
  requireManager(call);
  const { text, encoding } = decodeText(decodeBase64(input.contentBase64));
  const { delimiter, columns, rows } = parseCsv(text);
  const importId = call.newId();
  await call.db.write(async (tx) => {
    await tx.insert(contactImport).values({
      id: importId,
      workspaceId: call.workspaceId,
      fileName: input.fileName,
      state: 'uploaded',
      encoding,
      delimiter,
      columns,
      rows,
      rowCount: rows.length,
      createdBy: call.actor.userId,
      createdAt: call.clocks.lease.now(),
    });
    const dropped = await dropOldest(tx, call);
    await audit(tx, call, {
      action: 'import.uploaded',
      entity: 'import',
      entityId: importId,
      data: { rows: rows.length, dropped },
    });
  });
  const suggestions = suggestFields(columns, rows);
  return {
    id: importId,
    fileName: input.fileName,
    encoding,
    delimiter,
    rowCount: rows.length,
    columns: columns.map((name, column) => ({
      name,
      suggestion: suggestions[column] ?? 'ignore',
      samples: rows
        .map((row) => (row[column] ?? '').slice(0, 200))
        .filter(Boolean)
        .slice(0, SAMPLES),
    })),
  };
}
