import { createHash } from 'node:crypto';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import { type AttachmentView, type attachmentRoutes, dangerousEnding } from '#shared/contract/attachment.ts';
import { limits } from '#shared/kernel/limits.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { automationsNaming, NAMED_AT_MOST } from '../automation/uses.ts';
import { audit, type MemberCall } from '../context.ts';
import { invalid, notFound, Refusal } from '../refusal.ts';
import { requireManager } from '../scope.ts';

const { attachment, template } = schema;

/** Everything but the bytes. */
const viewed = {
  id: attachment.id,
  name: attachment.name,
  type: attachment.type,
  size: attachment.size,
  createdAt: attachment.createdAt,
};

const MB = 1024 * 1024;

/** The workspace's files, without their bytes, by name. */
export async function listAttachments(call: MemberCall): Promise<{ items: AttachmentView[] }> {
  const items = await call.db.reader
    .select(viewed)
    .from(attachment)
    .where(eq(attachment.workspaceId, call.workspaceId))
    .orderBy(asc(attachment.name), asc(attachment.id))
    .limit(limits.attachments);
  return { items };
}

/** Keeps a file, or gives the one with the same content. Reps attach files to their answers. */
export async function uploadAttachment(
  call: MemberCall,
  input: z.output<typeof attachmentRoutes.upload.body>,
): Promise<AttachmentView> {
  const ending = dangerousEnding(input.name);
  if (ending) {
    throw invalid(
      'name',
      'dangerous_type',
      `Files that end in .${ending} are refused by mail providers, with the whole message.`,
      'Send a link to the file instead.',
    );
  }
  const bytes = bytesOf(input.contentBase64);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return call.db.write(async (tx) => {
    const [known] = await tx
      .select(viewed)
      .from(attachment)
      .where(and(eq(attachment.workspaceId, call.workspaceId), eq(attachment.sha256, sha256)));
    if (known) return known;
    await requireRoom(tx, call, bytes.length);
    const row = {
      id: call.newId(),
      name: input.name,
      type: mimeType(input.type),
      size: bytes.length,
      createdAt: call.clocks.lease.now(),
    };
    const { workspaceId, actor } = call;
    await tx.insert(attachment).values({ ...row, workspaceId, sha256, createdBy: actor.id, bytes });
    await audit(tx, call, {
      action: 'attachment.uploaded',
      entity: 'attachment',
      entityId: row.id,
      data: { size: row.size },
    });
    return row;
  });
}

function bytesOf(content: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content)) {
    throw invalid('contentBase64', 'not_base64', 'The content is no base64.');
  }
  const bytes = Buffer.from(content, 'base64');
  if (bytes.length <= limits.attachmentBytes) return bytes;
  throw new Refusal(
    413,
    'attachment_too_large',
    `The file has ${bytes.length} bytes, at most ${limits.attachmentBytes} are possible.`,
    'Make it smaller, or send a link to it.',
    [{ field: 'contentBase64', message: `Larger than ${limits.attachmentBytes / MB} MB.` }],
  );
}

/** A message within a message would not be written as base64, so it goes as plain bytes, like what is not known. */
function mimeType(told: string): string {
  const isUsable = /^(application|audio|font|image|text|video)\/[\w.+-]+$/.test(told);
  return isUsable ? told.toLowerCase() : 'application/octet-stream';
}

async function requireRoom(q: Queryable, { workspaceId }: MemberCall, size: number): Promise<void> {
  const [kept] = await q
    .select({
      count: sql<number>`count(*)`,
      bytes: sql<number>`coalesce(sum(${attachment.size}), 0)`,
    })
    .from(attachment)
    .where(eq(attachment.workspaceId, workspaceId));
  const { count = 0, bytes = 0 } = kept ?? {};
  if (count < limits.attachments && bytes + size <= limits.attachmentsBytes) return;
  throw new Refusal(
    409,
    'too_many_attachments',
    `The workspace keeps ${count} files of ${Math.ceil(bytes / MB)} MB together; ${limits.attachments} files and ${limits.attachmentsBytes / MB} MB are possible.`,
    'Delete some that nobody uses.',
  );
}

/** Managers only. Refuses with `not_found`, and with `attachment_in_use` while a text names it. */
export async function removeAttachment(call: MemberCall, attachmentId: string): Promise<void> {
  requireManager(call);
  await call.db.write(async (tx) => {
    const mine = and(eq(attachment.workspaceId, call.workspaceId), eq(attachment.id, attachmentId));
    const [row] = await tx.select({ name: attachment.name }).from(attachment).where(mine);
    if (!row) throw notFound('attachment');
    const uses = await usesOf(tx, call, attachmentId);
    if (uses.length > 0) {
      throw new Refusal(
        409,
        'attachment_in_use',
        `"${row.name}" is used in ${uses.join(', ')}.`,
        'Remove it there first.',
      );
    }
    await tx.delete(attachment).where(mine);
    await audit(tx, call, { action: 'attachment.removed', entity: 'attachment', entityId: attachmentId });
  });
}

/** The templates and automations that name a file, as words. */
async function usesOf(q: Queryable, call: MemberCall, id: string): Promise<string[]> {
  const templates = await q
    .select({ name: template.name })
    .from(template)
    .where(
      and(
        eq(template.workspaceId, call.workspaceId),
        sql`instr(${template.attachments}, ${id}) + instr(${template.text}, ${id}) > 0`,
      ),
    )
    .limit(NAMED_AT_MOST);
  const automations = await automationsNaming(q, call, id);
  return [...templates.map(({ name }) => `the template "${name}"`), ...automations];
}
