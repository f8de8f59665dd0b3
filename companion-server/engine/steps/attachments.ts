import { and, eq, inArray } from 'drizzle-orm';
import { attachmentsIn } from '#shared/automation/markdown.ts';
import { isShownImage } from '#shared/contract/attachment.ts';
import { limits } from '#shared/kernel/limits.ts';
import { type Queryable, schema } from '../../db/index.ts';

const { attachment } = schema;

interface Mail {
  /** Ids of the files that go along; absent: none. */
  attachments?: readonly string[];
  /** Markdown. */
  text: string | null;
}

/** Every file of an email: those that go along and those that its text shows. */
export function filesOf({ attachments = [], text }: Mail): string[] {
  return [...new Set([...attachments, ...attachmentsIn(text ?? '')])];
}

/** Why these files cannot be sent, as a sentence with what to do; null: they can. */
export async function filesProblem(q: Queryable, workspaceId: string, mail: Mail): Promise<string | null> {
  const ids = filesOf(mail);
  if (ids.length === 0) return null;
  if (ids.length > limits.attachmentsPerEmail) {
    return `The email has ${ids.length} attachments, at most ${limits.attachmentsPerEmail} are possible. Remove some.`;
  }
  const found = await q
    .select({ id: attachment.id, name: attachment.name, type: attachment.type, size: attachment.size })
    .from(attachment)
    .where(and(eq(attachment.workspaceId, workspaceId), inArray(attachment.id, ids)));
  if (found.length < ids.length) {
    return 'An attachment of this email does not exist any more. Attach the file again.';
  }
  const total = found.reduce((sum, { size }) => sum + size, 0);
  if (total > limits.attachmentsPerEmailBytes) {
    const most = limits.attachmentsPerEmailBytes / 1024 / 1024;
    return `The attachments of this email are larger than ${most} MB together. Remove some.`;
  }
  const shown = new Set(attachmentsIn(mail.text ?? ''));
  const noImage = found.find(({ id, type }) => shown.has(id) && !isShownImage(type));
  return noImage
    ? `"${noImage.name}" cannot be shown in the text: use a PNG, JPEG, GIF or WebP image, or attach it.`
    : null;
}
