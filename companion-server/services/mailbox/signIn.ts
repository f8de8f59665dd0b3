import { createHash } from 'node:crypto';
import { and, eq, like, lt } from 'drizzle-orm';
import { z } from 'zod';
import { type MailboxSettings, mailSignIn } from '#shared/contract/mailbox.ts';
import type { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import {
  finishSignIn,
  newSignInSecrets,
  type OAuthClient,
  type OAuthFailure,
  signInUrl,
} from '../../email/oauth.ts';
import { serverWords } from '../../email/problems.ts';
import { testConnection } from '../../email/testConnection.ts';
import { audit, type MemberCall } from '../context.ts';
import { asAllowed, withToken } from '../mail/settings.ts';
import { Refusal } from '../refusal.ts';
import { senderToManage } from '../scope.ts';
import { storeMailbox } from './store.ts';

const { verification } = schema;

/** How long somebody may take at the provider. */
const LIVES_MS = 15 * MINUTE;
const PREFIX = 'mail-sign-in:';
export const SIGN_IN_PATH = '/oauth/mail';

const pending = z.object({
  senderId: z.string(),
  workspaceId: z.string(),
  sessionId: z.string(),
  provider: mailSignIn,
  fromName: z.string(),
  fromAddress: z.string(),
  verifier: z.string(),
  nonce: z.string(),
});

/** A state is stored as its hash: who reads the database cannot finish a sign-in. */
const nameOf = (state: string) => PREFIX + createHash('sha256').update(state).digest('base64url');

async function sessionIdOf(call: MemberCall): Promise<string> {
  const found = await call.auth.api.getSession({ headers: call.headers });
  if (!found) throw new Refusal(401, 'not_signed_in', 'Your session ended.', 'Sign in again.');
  return found.session.id;
}

function clientOf(call: MemberCall, provider: string): OAuthClient {
  const client = call.oauthClients.find((one) => one.provider === provider);
  if (client) return client;
  throw new Refusal(
    409,
    'sign_in_not_registered',
    'This server is not registered with that provider.',
    'Connect with an app password, or ask the operator to set the client id of the provider.',
  );
}

function refused({ code, response, sentence, whatToDo }: OAuthFailure): Refusal {
  return new Refusal(502, `sign_in_${code}`, response ? `${sentence} (${response})` : sentence, whatToDo);
}

/** Where the member signs in; what the answer must fit to waits here, sealed, for this session alone. */
export async function startSignIn(
  call: MemberCall,
  senderId: string,
  body: z.output<typeof mailboxRoutes.signIn.body>,
): Promise<{ url: string }> {
  await senderToManage(call.db.reader, call, senderId);
  const client = clientOf(call, body.provider);
  const secrets = newSignInSecrets();
  const url = await signInUrl(client, secrets, {
    redirectUri: call.linkBase + SIGN_IN_PATH,
    loginHint: body.fromAddress,
  });
  if (!url.ok) throw refused(url.error);
  const name = nameOf(secrets.state);
  const { verifier, nonce } = secrets;
  const waiting = {
    ...body,
    senderId,
    workspaceId: call.workspaceId,
    sessionId: await sessionIdOf(call),
    verifier,
    nonce,
  };
  const value = await call.vault.seal(JSON.stringify(waiting), name);
  const now = call.clocks.lease.now();
  await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    await tx
      .delete(verification)
      .where(and(like(verification.identifier, `${PREFIX}%`), lt(verification.expiresAt, new Date(now))));
    await tx.insert(verification).values({
      id: call.newId(),
      identifier: name,
      value,
      expiresAt: new Date(now + LIVES_MS),
      createdAt: new Date(now),
      updatedAt: new Date(now),
    });
    await audit(tx, call, {
      action: 'mailbox.sign_in_started',
      entity: 'sender',
      entityId: senderId,
      data: { provider: body.provider },
    });
  });
  return { url: url.value };
}

/** Takes what waits for this state, once: a code is never redeemed a second time. */
async function takePending(call: MemberCall, state: string): Promise<z.infer<typeof pending>> {
  const name = nameOf(state);
  const [row] = await call.db.write((tx) =>
    tx.delete(verification).where(eq(verification.identifier, name)).returning(),
  );
  const opened = row ? await call.vault.open(row.value, name) : null;
  const waiting = opened?.ok ? pending.safeParse(JSON.parse(opened.value)) : null;
  const isOurs =
    waiting?.success &&
    waiting.data.sessionId === (await sessionIdOf(call)) &&
    waiting.data.workspaceId === call.workspaceId &&
    row !== undefined &&
    row.expiresAt.getTime() > call.clocks.lease.now();
  if (isOurs) return waiting.data;
  throw new Refusal(
    409,
    'sign_in_not_expected',
    'This sign-in was not begun in this session, or it took longer than 15 minutes.',
    'Open the sender profile and begin again.',
  );
}

/** The member came back from the provider: tokens, then a test of both sides, then the mailbox is stored. */
export async function completeSignIn(
  call: MemberCall,
  query: URLSearchParams,
): Promise<{ senderId: string }> {
  const state = query.get('state') ?? '';
  const waiting = await takePending(call, state);
  const { senderId, provider, verifier, nonce, fromName } = waiting;
  await senderToManage(call.db.reader, call, senderId);
  const client = clientOf(call, provider);
  const returned = new URL(call.linkBase + SIGN_IN_PATH);
  returned.search = query.toString();
  const signedIn = await finishSignIn(client, { state, verifier, nonce }, returned, call.clocks.lease);
  if (!signedIn.ok) throw refused(signedIn.error);
  const { user, addresses, accessToken, refreshToken, expiresAt } = signedIn.value;
  const fromAddress = waiting.fromAddress.toLowerCase();
  if (client.sendsAsItself && !addresses.includes(fromAddress)) {
    throw new Refusal(
      409,
      'other_account',
      `You signed in as ${user}, but the mailbox is ${fromAddress}.`,
      `Sign in as ${fromAddress}, or enter ${user} as the From address.`,
    );
  }
  const server = { user, password: '' };
  const settings: MailboxSettings = {
    signIn: provider,
    smtp: { ...client.smtp, ...server },
    imap: { ...client.imap, ...server },
    fromName,
    fromAddress,
  };
  const answers = await testConnection(withToken(asAllowed(call, settings), accessToken), call.shutdown);
  for (const check of [answers.smtp, answers.imap]) {
    if (check.ok) continue;
    throw new Refusal(
      422,
      'mailbox_not_working',
      `${check.sentence} (${serverWords(check)})`,
      check.whatToDo,
    );
  }
  const secret = { kind: 'oauth', accessToken, refreshToken, expiresAt } as const;
  await storeMailbox(call, senderId, { settings, secret, answers });
  return { senderId };
}
