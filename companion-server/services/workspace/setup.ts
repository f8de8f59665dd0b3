import { timingSafeEqual } from 'node:crypto';
import { count } from 'drizzle-orm';
import type { z } from 'zod';
import type { setupRoutes } from '#shared/contract/workspace.ts';
import { hashOfToken } from '../../auth/deviceToken.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { Services } from '../context.ts';
import { Refusal } from '../refusal.ts';

/** Whether nobody has set this server up yet. */
export async function isSetupNeeded(db: Queryable): Promise<boolean> {
  const rows = await db.select({ members: count() }).from(schema.member);
  return (rows[0]?.members ?? 0) === 0;
}

const alreadyDone = () =>
  new Refusal(
    409,
    'already_set_up',
    'This server is set up already.',
    'Sign in, or ask the owner for an invitation.',
  );

/**
 * The first run: owner, organization and workspace in one transaction, so that a crash leaves nothing half
 * made. The route signs the owner in afterwards.
 */
export async function runSetup(
  services: Services,
  input: z.output<typeof setupRoutes.run.body>,
): Promise<{ workspaceId: string }> {
  if (!(await isSetupNeeded(services.db.reader))) throw alreadyDone();
  if (!isSame(input.token, services.setupToken)) {
    throw new Refusal(
      403,
      'wrong_setup_token',
      'This set-up link is not valid.',
      'Open the link that the server printed when it last started: every start makes a new one.',
      [{ field: 'token', message: 'not the token of the latest start' }],
    );
  }
  const authContext = await services.auth.$context;
  const passwordHash = await authContext.password.hash(input.password);
  const [userId, workspaceId] = [services.newId(), services.newId()];
  const now = services.clocks.lease.now();
  const at = new Date(now);
  await services.db.write(async (tx) => {
    if (!(await isSetupNeeded(tx))) throw alreadyDone();
    const stamps = { createdAt: at, updatedAt: at };
    await tx.insert(schema.user).values({
      id: userId,
      name: input.name,
      email: input.email.toLowerCase(),
      ...stamps,
    });
    await tx.insert(schema.account).values({
      id: services.newId(),
      accountId: userId,
      providerId: 'credential',
      userId,
      password: passwordHash,
      ...stamps,
    });
    await tx
      .insert(schema.organization)
      .values({ id: workspaceId, name: input.workspaceName, slug: workspaceId, createdAt: at });
    await tx
      .insert(schema.member)
      .values({ id: services.newId(), organizationId: workspaceId, userId, role: 'owner', createdAt: at });
    await tx.insert(schema.workspace).values({
      id: workspaceId,
      name: input.workspaceName,
      postalAddress: input.postalAddress,
      createdAt: now,
    });
    await tx.insert(schema.audit).values({
      id: services.newId(),
      workspaceId,
      actor: `member:${userId}`,
      action: 'workspace.set_up',
      entity: 'workspace',
      entityId: workspaceId,
      at: now,
    });
  });
  return { workspaceId };
}

/** Compares hashes, so that the time taken tells nothing about the token. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(hashOfToken(given)), Buffer.from(hashOfToken(expected)));
}
