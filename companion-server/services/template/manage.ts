import { and, asc, eq, ne } from 'drizzle-orm';
import { ATTACHMENT_LINK, linksToAttachment } from '#shared/automation/markdown.ts';
import type { TemplateView } from '#shared/contract/template.ts';
import { limits } from '#shared/kernel/limits.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { filesProblem } from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { invalid, notFound, tooMany } from '../refusal.ts';
import { requireManager, senderToManage } from '../scope.ts';

const { sender, template } = schema;

interface Draft {
  name: string;
  subject: string;
  text: string;
  attachments: string[];
}

function viewOf(row: typeof template.$inferSelect): TemplateView {
  const { id, name, subject, text, attachments, updatedAt } = row;
  return { id, name, subject, text, attachments, updatedAt };
}

/** The workspace's templates by name. */
export async function listTemplates(call: MemberCall): Promise<{ items: TemplateView[] }> {
  const rows = await call.db.reader
    .select()
    .from(template)
    .where(eq(template.workspaceId, call.workspaceId))
    .orderBy(asc(template.name))
    .limit(limits.templates);
  return { items: rows.map(viewOf) };
}

async function templateOf(q: Queryable, call: MemberCall, templateId: string) {
  const [row] = await q
    .select()
    .from(template)
    .where(and(eq(template.workspaceId, call.workspaceId), eq(template.id, templateId)));
  if (!row) throw notFound('template');
  return row;
}

async function requireFreeName(q: Queryable, call: MemberCall, name: string, except: string | null) {
  const [other] = await q
    .select({ id: template.id })
    .from(template)
    .where(
      and(eq(template.workspaceId, call.workspaceId), eq(template.name, name), ne(template.id, except ?? '')),
    );
  if (other)
    throw invalid('name', 'name_taken', `There is a template "${name}" already.`, 'Choose another name.');
}

/** Every file is there, and they fit into one email. */
export async function requireFiles(
  q: Queryable,
  call: MemberCall,
  mail: Pick<Draft, 'text' | 'attachments'>,
): Promise<void> {
  if (linksToAttachment(mail.text)) throw invalid('text', 'bad_attachments', ATTACHMENT_LINK);
  const problem = await filesProblem(q, call.workspaceId, mail);
  if (problem) throw invalid('attachments', 'bad_attachments', problem);
}

/** Managers only. Refuses with `name_taken`, unknown files, and where there are too many. */
export async function createTemplate(call: MemberCall, draft: Draft): Promise<TemplateView> {
  requireManager(call);
  return call.db.write(async (tx) => {
    await requireFreeName(tx, call, draft.name, null);
    await requireFiles(tx, call, draft);
    const count = await tx.$count(template, eq(template.workspaceId, call.workspaceId));
    if (count >= limits.templates) throw tooMany('templates', count, 'Delete some that nobody uses.');
    const at = call.clocks.lease.now();
    const row = {
      id: call.newId(),
      workspaceId: call.workspaceId,
      ...draft,
      updatedBy: call.actor.id,
      createdAt: at,
      updatedAt: at,
    };
    await tx.insert(template).values(row);
    await audit(tx, call, { action: 'template.created', entity: 'template', entityId: row.id });
    return viewOf(row);
  });
}

/** Managers only. Refuses with `not_found`, `name_taken` and unknown files. Steps that used it keep their text. */
export async function updateTemplate(
  call: MemberCall,
  templateId: string,
  draft: Draft,
): Promise<TemplateView> {
  requireManager(call);
  return call.db.write(async (tx) => {
    const row = await templateOf(tx, call, templateId);
    await requireFreeName(tx, call, draft.name, templateId);
    await requireFiles(tx, call, draft);
    const change = { ...draft, updatedBy: call.actor.id, updatedAt: call.clocks.lease.now() };
    await tx.update(template).set(change).where(eq(template.id, templateId));
    await audit(tx, call, { action: 'template.updated', entity: 'template', entityId: templateId });
    return viewOf({ ...row, ...change });
  });
}

/** Managers only. Steps that used it keep their text. */
export async function removeTemplate(call: MemberCall, templateId: string): Promise<void> {
  requireManager(call);
  await call.db.write(async (tx) => {
    await templateOf(tx, call, templateId);
    await tx.delete(template).where(eq(template.id, templateId));
    await audit(tx, call, { action: 'template.removed', entity: 'template', entityId: templateId });
  });
}

/** The text below every email of a profile. */
export async function signatureOf(call: MemberCall, senderId: string): Promise<{ signature: string }> {
  const { signature } = await senderToManage(call.db.reader, call, senderId);
  return { signature };
}

/** Changes that text; its owner and managers may. */
export async function saveSignature(call: MemberCall, senderId: string, signature: string) {
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    await tx.update(sender).set({ signature }).where(eq(sender.id, senderId));
    await audit(tx, call, { action: 'sender.signature_saved', entity: 'sender', entityId: senderId });
  });
  return { signature };
}
