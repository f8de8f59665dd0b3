import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { must } from '#shared/kernel/assert.ts';
import { schema } from '../../db/index.ts';
import { audit, type MemberCall, type Services } from '../context.ts';
import { Refusal } from '../refusal.ts';
import { requireManager } from '../scope.ts';

const { workspace } = schema;

/** The place a workspace's webhook secret belongs to: it opens nowhere else. */
export const placeOfWebhookSecret = (workspaceId: string) => `webhook:${workspaceId}`;

/** The workspace's secret that signs its webhooks, made at the first use. */
export async function webhookSecret(
  services: Pick<Services, 'db' | 'vault'>,
  workspaceId: string,
): Promise<string> {
  const { db, vault } = services;
  const fresh = await vault.seal(randomBytes(32).toString('base64url'), placeOfWebhookSecret(workspaceId));
  const sealed = await db.write(async (tx) => {
    const [row] = await tx.select().from(workspace).where(eq(workspace.id, workspaceId));
    if (row?.webhookSecret) return row.webhookSecret;
    await tx.update(workspace).set({ webhookSecret: fresh }).where(eq(workspace.id, workspaceId));
    return fresh;
  });
  const opened = await vault.open(must(sealed, 'webhook secret'), placeOfWebhookSecret(workspaceId));
  if (!opened.ok) throw new Refusal(503, opened.error.code, opened.error.sentence, opened.error.whatToDo);
  return opened.value;
}

/** Shown to managers, who put it into the receiving system. */
export async function revealWebhookSecret(call: MemberCall): Promise<{ secret: string }> {
  requireManager(call);
  const secret = await webhookSecret(call, call.workspaceId);
  await call.db.write((tx) =>
    audit(tx, call, {
      action: 'webhook.secret_revealed',
      entity: 'workspace',
      entityId: call.workspaceId,
    }),
  );
  return { secret };
}
