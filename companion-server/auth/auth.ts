import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { APIError, createAuthMiddleware } from 'better-auth/api';
import { deviceAuthorization, organization } from 'better-auth/plugins';
import { and, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import { memberRole } from '#shared/contract/workspace.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { type Database, schema } from '../db/index.ts';
import type { Log } from '../observability/log.ts';
import { auditMembers } from './auditMembers.ts';
import { membershipOf } from './membership.ts';
import { accessControl, roles } from './roles.ts';

/** The only client the device flow is for. */
export const EXTENSION_CLIENT_ID = 'rapport-extension';

export interface AuthOptions {
  db: Database;
  secret: string;
  /** The library's idea of our address; http/authRoutes.ts checks real origins and then speaks in this one. */
  baseUrl: string;
  newId: NewId;
  /** Real time. */
  clock: Clock;
  schedule: Clock;
  log: Log;
}

/** The library would take several roles at once; here a member has one. */
const oneRole = z.object({ role: memberRole });

const invitedSignUp = z.object({ email: z.email(), invitationId: z.string().min(1).max(64) });

/**
 * Sessions, passwords, organizations and the device flow, all by better-auth. Accounts come from the set-up
 * or from an invitation: sign-up asks for the invitation's id, knowing an invited address is not enough.
 */
export function createAuth(options: AuthOptions) {
  const { db } = options;
  return betterAuth({
    appName: 'Rapport',
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    secret: options.secret,
    database: drizzleAdapter(db.authDatabase, { provider: 'sqlite', schema }),
    emailAndPassword: { enabled: true, minPasswordLength: 10, maxPasswordLength: 200 },
    session: { expiresIn: 30 * 24 * 3600, updateAge: 24 * 3600 },
    // Limits are set by http/limits.ts, one place for all routes.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: 'warn',
      log: (level, message, ...details) =>
        options.log[level === 'error' ? 'error' : 'warn']({ details }, `better-auth: ${message}`),
    },
    advanced: {
      // http/authRoutes.ts adds Secure where the request came over https: plain http on loopback must work too.
      useSecureCookies: false,
      cookiePrefix: 'rapport',
      database: { generateId: () => options.newId() },
    },
    hooks: {
      before: createAuthMiddleware(async (context) => {
        if (context.path === '/organization/invite-member' && !oneRole.safeParse(context.body).success) {
          const message = `role is one of ${memberRole.options.join(', ')}.`;
          throw new APIError('UNPROCESSABLE_ENTITY', { code: 'INVALID_ROLE', message });
        }
        if (context.path !== '/sign-up/email') return;
        const wanted = invitedSignUp.safeParse(context.body);
        const invited = wanted.success ? await isInvited(db, wanted.data, options.clock.now()) : false;
        if (!invited) {
          throw new APIError('FORBIDDEN', {
            code: 'INVITATION_NEEDED',
            message: 'An account needs an open invitation for this email address.',
          });
        }
      }),
    },
    databaseHooks: {
      session: {
        create: {
          before: async (session) => {
            const membership = await membershipOf(db.reader, session.userId, null);
            return { data: { ...session, activeOrganizationId: membership?.workspaceId ?? null } };
          },
        },
      },
    },
    plugins: [
      organization({
        ac: accessControl,
        roles,
        creatorRole: 'owner',
        allowUserToCreateOrganization: false,
        disableOrganizationDeletion: true,
        // The server may have no mailbox to write from; the unguessable id in the link is the proof, and ids are never
        // listed to people who are not members.
        requireEmailVerificationOnInvitation: false,
        organizationHooks: auditMembers(options),
      }),
      deviceAuthorization({
        expiresIn: '10m',
        interval: '3s',
        verificationUri: '/pair',
        validateClient: (clientId) => clientId === EXTENSION_CLIENT_ID,
      }),
    ],
  });
}

export type Auth = ReturnType<typeof createAuth>;

async function isInvited(db: Database, wanted: z.infer<typeof invitedSignUp>, now: number): Promise<boolean> {
  const { invitation } = schema;
  const rows = await db.reader
    .select({ id: invitation.id })
    .from(invitation)
    .where(
      and(
        eq(invitation.id, wanted.invitationId),
        eq(invitation.email, wanted.email.toLowerCase()),
        eq(invitation.status, 'pending'),
        gt(invitation.expiresAt, new Date(now)),
      ),
    );
  return rows.length > 0;
}
