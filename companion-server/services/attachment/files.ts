import { and, eq, inArray } from 'drizzle-orm';
import { attachmentsIn } from '#shared/automation/markdown.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { MessageInput } from '../../email/build.ts';
import { filesOf } from '../../engine/index.ts';

const { attachment } = schema;

export interface MailFile {
  name: string;
  type: string;
  bytes: Buffer;
}

/** Files by id; those that are not there are left out. */
export type ReadFiles = (workspaceId: string, ids: readonly string[]) => Promise<Map<string, MailFile>>;

/** Reads files of a workspace out of the database; ids that are not there are left out. */
export const readFilesFrom =
  (q: Queryable): ReadFiles =>
  async (workspaceId, ids) => {
    if (ids.length === 0) return new Map();
    const rows = await q
      .select({ id: attachment.id, name: attachment.name, type: attachment.type, bytes: attachment.bytes })
      .from(attachment)
      .where(and(eq(attachment.workspaceId, workspaceId), inArray(attachment.id, [...ids])));
    return new Map(rows.map(({ id, ...file }) => [id, file]));
  };

/** Remembers what was read last, up to so many bytes: one file goes out with hundreds of emails. */
export function rememberFiles(read: ReadFiles, mostBytes: number): ReadFiles {
  const kept = new Map<string, MailFile>();
  let bytes = 0;
  const drop = (key: string) => {
    bytes -= kept.get(key)?.bytes.length ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, file: MailFile) => {
    // Put last anew: what was not used for longest stands first and goes first.
    drop(key);
    kept.set(key, file);
    bytes += file.bytes.length;
    for (const oldest of kept.keys()) {
      if (bytes <= mostBytes) break;
      drop(oldest);
    }
  };
  return async (workspaceId, ids) => {
    const keyOf = (id: string) => `${workspaceId} ${id}`;
    const found = new Map<string, MailFile>();
    for (const id of ids) {
      const file = kept.get(keyOf(id));
      if (file) found.set(id, file);
    }
    const missing = ids.filter((id) => !found.has(id));
    for (const [id, file] of await read(workspaceId, missing)) found.set(id, file);
    for (const [id, file] of found) keep(keyOf(id), file);
    return found;
  };
}

/** The files of one email as its parts: what its text shows as images within it. Null: one is missing. */
export async function filesFor(
  read: ReadFiles,
  workspaceId: string,
  mail: { attachments: readonly string[]; text: string },
): Promise<Pick<MessageInput, 'attachments' | 'imageUrl'> | null> {
  const ids = filesOf(mail);
  if (ids.length === 0) return {};
  const files = await read(workspaceId, ids);
  if (files.size < ids.length) return null;
  const shown = new Set(attachmentsIn(mail.text));
  return {
    attachments: [...files].map(([id, { name, type, bytes }]) => ({
      filename: name,
      contentType: type,
      content: bytes,
      ...(shown.has(id) ? { cid: contentId(id) } : {}),
    })),
    imageUrl: (id) => `cid:${contentId(id)}`,
  };
}

/** Looks like an address, as RFC 2392 wants it. */
function contentId(attachmentId: string): string {
  return `${attachmentId}@attachment`;
}

/** Name, type and size of files, those that still are there. */
export async function filesNamed(q: Queryable, workspaceId: string, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return await q
    .select({ name: attachment.name, type: attachment.type, size: attachment.size })
    .from(attachment)
    .where(and(eq(attachment.workspaceId, workspaceId), inArray(attachment.id, [...ids])));
}

/** What the files of an email are called. */
export async function fileNames(
  q: Queryable,
  workspaceId: string,
  mail: Parameters<typeof filesOf>[0],
): Promise<string[]> {
  const ids = filesOf(mail);
  if (ids.length === 0) return [];
  const rows = await q
    .select({ name: attachment.name })
    .from(attachment)
    .where(and(eq(attachment.workspaceId, workspaceId), inArray(attachment.id, ids)));
  return rows.map(({ name }) => name);
}
