import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import type { MeView, workspaceRoutes } from '#shared/contract/workspace.ts';
import { genericReplies } from '#shared/replies/generic.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { wakeSharedContacts } from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid, notFound } from '../refusal.ts';
import { requireOwner } from '../scope.ts';

const { memberSetting } = schema;

/** The caller's workspace. */
export async function workspaceOf(db: Queryable, call: Call): Promise<typeof schema.workspace.$inferSelect> {
  const rows = await db.select().from(schema.workspace).where(eq(schema.workspace.id, call.workspaceId));
  const row = rows[0];
  if (!row) throw notFound('workspace');
  return row;
}

/** Who is signed in, and where. */
export async function me(call: MemberCall): Promise<MeView> {
  const row = await workspaceOf(call.db.reader, call);
  const { id, name, postalAddress, personSpacingMs, manyAutomations, retentionMonths } = row;
  const { userId, role } = call.actor;
  const [own] = await call.db.reader.select().from(memberSetting).where(isOwn(call));
  return {
    userId,
    alertMail: own?.alertMail ?? true,
    name: call.actor.name,
    email: call.actor.email,
    role,
    workspace: {
      id,
      name,
      postalAddress,
      personSpacingMs,
      manyAutomations,
      retentionMonths,
      genericReplies: [...(row.genericReplies ?? genericReplies)],
    },
  };
}

const isOwn = ({ workspaceId, actor }: MemberCall) =>
  and(eq(memberSetting.workspaceId, workspaceId), eq(memberSetting.userId, actor.userId));

/** What a member chooses for themselves. */
export async function updateMe(call: MemberCall, { alertMail }: { alertMail: boolean }): Promise<MeView> {
  const { workspaceId, actor } = call;
  await call.db.write(async (tx) => {
    await tx
      .insert(memberSetting)
      .values({ workspaceId, userId: actor.userId, alertMail })
      .onConflictDoUpdate({ target: [memberSetting.workspaceId, memberSetting.userId], set: { alertMail } });
    await audit(tx, call, {
      action: 'member.settings_changed',
      entity: 'member',
      entityId: actor.userId,
      data: { alertMail },
    });
  });
  return me(call);
}

/** Automations that send, or would when they go on. */
const STARTED = ['running', 'partly_paused', 'paused'] as const;

/** No automated email goes out without the address, so that it stays as long as any automation sends some. */
async function refuseWhileEmailed(db: Queryable, call: Call): Promise<void> {
  const { automation, automationVersion } = schema;
  const started = await db
    .select({ name: automation.name, graph: automationVersion.graph })
    .from(automation)
    .innerJoin(automationVersion, eq(automationVersion.id, automation.versionId))
    .where(and(eq(automation.workspaceId, call.workspaceId), inArray(automation.status, STARTED)));
  const found = started.find(({ graph }) => graph.nodes.some(({ type }) => type === 'send_email'));
  if (!found) return;
  throw invalid(
    'postalAddress',
    'postal_address_needed',
    `Every automated email must carry a postal address, and "${found.name}" sends emails.`,
    'Enter another address, or archive the automations that send emails first.',
  );
}

/** Name and postal address; the address is printed in every automated email. */
export async function updateWorkspace(
  call: MemberCall,
  input: z.output<typeof workspaceRoutes.update.body>,
): Promise<MeView> {
  requireOwner(call);
  const changes = {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.postalAddress === undefined ? {} : { postalAddress: input.postalAddress }),
    ...(input.manyAutomations === undefined ? {} : { manyAutomations: input.manyAutomations }),
    ...(input.retentionMonths === undefined ? {} : { retentionMonths: input.retentionMonths }),
    ...(input.genericReplies === undefined ? {} : { genericReplies: input.genericReplies }),
    ...(input.personSpacingMs === undefined ? {} : { personSpacingMs: input.personSpacingMs }),
  };
  await call.db.write(async (tx) => {
    if (input.postalAddress === '') await refuseWhileEmailed(tx, call);
    if (Object.keys(changes).length > 0) {
      await tx.update(schema.workspace).set(changes).where(eq(schema.workspace.id, call.workspaceId));
    }
    if (input.manyAutomations) await wakeSharedContacts(unitOf(call, tx), call.workspaceId);
    await audit(tx, call, {
      action: 'workspace.updated',
      entity: 'workspace',
      entityId: call.workspaceId,
      data: { fields: Object.keys(changes) },
    });
  });
  return me(call);
}
