import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { PageEnv } from '../env.ts';
import { included, ofType, profileIdOf } from './entities.ts';
import { getJson, problem, type Read } from './http.ts';
import { type QueryName, withKnownIds } from './queryIds.ts';

const conversation = z.looseObject({
  entityUrn: z.string(),
  lastActivityAt: z.number().int(),
  groupChat: z.boolean().nullish(),
  '*conversationParticipants': z.array(z.string()),
});
const message = z.looseObject({
  entityUrn: z.string(),
  '*sender': z.string(),
  '*conversation': z.string().nullish(),
  body: z.looseObject({ text: z.string() }).nullish(),
  deliveredAt: z.number().int(),
});
const envelope = z.looseObject({
  data: z.looseObject({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z.array(z.unknown()).nullish(),
  }),
  included,
});
const page = z.looseObject({ metadata: z.looseObject({ nextCursor: z.string().nullish() }).nullish() });

export interface Conversation {
  urn: string;
  lastActivityAt: number;
  /** Profile ids of everybody but the mailbox's owner. */
  others: string[];
}

export interface Message {
  urn: string;
  fromProfileId: string;
  text: string;
  deliveredAt: number;
}

const MAX_PAGES = 10;
/** A thread that is not among this many newest pages of 20 holds nothing recent. */
const THREAD_PAGES = 5;

/** The owner's conversations with activity at or after `sinceMs`, newest first. */
export async function readConversations(
  env: PageEnv,
  owner: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Read<Conversation[]>> {
  const found = new Map<string, Conversation>();
  let cursor: string | null = null;
  for (let turn = 0; turn < MAX_PAGES; turn++) {
    const read: Read<Envelope> = await query(
      env,
      'messengerConversations',
      pageVariables(owner, cursor),
      signal,
    );
    if (!read.ok) return read;
    const batch = ofType(read.value.included, 'Conversation', conversation);
    for (const one of batch) found.set(one.entityUrn, asConversation(one, owner));
    cursor = nextCursor(read.value);
    if (!cursor || batch.length === 0 || batch.every((one) => one.lastActivityAt < sinceMs)) break;
  }
  const recent = [...found.values()].filter((one) => one.lastActivityAt >= sinceMs);
  return ok(recent.sort((left, right) => right.lastActivityAt - left.lastActivityAt));
}

/** The owner's one-to-one conversation with a person, looked for in the newest pages; null: not there. */
export async function readThreadWith(
  env: PageEnv,
  owner: string,
  profileId: string,
  signal: AbortSignal,
): Promise<Read<Conversation | null>> {
  let cursor: string | null = null;
  for (let turn = 0; turn < THREAD_PAGES; turn++) {
    const read: Read<Envelope> = await query(
      env,
      'messengerConversations',
      pageVariables(owner, cursor),
      signal,
    );
    if (!read.ok) return read;
    const batch = ofType(read.value.included, 'Conversation', conversation).map((one) =>
      asConversation(one, owner),
    );
    const found = batch.find((one) => one.others.length === 1 && one.others[0] === profileId);
    if (found) return ok(found);
    cursor = nextCursor(read.value);
    if (!cursor || batch.length === 0) break;
  }
  return ok(null);
}

/** The newest messages of one conversation, oldest first. Reading does not mark them read. */
export async function readMessages(env: PageEnv, urn: string, signal: AbortSignal): Promise<Read<Message[]>> {
  const read = await query(env, 'messengerMessages', () => `(conversationUrn:${restli(urn)})`, signal);
  if (!read.ok) return read;
  const messages = ofType(read.value.included, 'Message', message)
    .filter((one) => !one['*conversation'] || one['*conversation'] === urn)
    .flatMap((one) => {
      const from = profileIdOf(one['*sender']);
      if (!from) return [];
      return [
        { urn: one.entityUrn, fromProfileId: from, text: one.body?.text ?? '', deliveredAt: one.deliveredAt },
      ];
    });
  return ok(messages.sort((left, right) => left.deliveredAt - right.deliveredAt));
}

type Envelope = z.infer<typeof envelope>;

/** The inbox by category is the only known call with a cursor; the first page of the mailbox has none. */
function pageVariables(owner: string, cursor: string | null): (queryId: string) => string {
  const mailbox = `mailboxUrn:${restli(`urn:li:fsd_profile:${owner}`)}`;
  const category = 'query:(predicateUnions:List((conversationCategoryPredicate:(category:INBOX))))';
  const next = cursor ? `,nextCursor:${restli(cursor)}` : '';
  return (queryId) =>
    queryId.startsWith('0d5e') ? `(${mailbox})` : `(${category},count:20,${mailbox}${next})`;
}

function query(
  env: PageEnv,
  name: QueryName,
  variables: (queryId: string) => string,
  signal: AbortSignal,
): Promise<Read<Envelope>> {
  return withKnownIds(env, name, async (id) => {
    const path = `/voyager/api/voyagerMessagingGraphQL/graphql?queryId=${name}.${id}&variables=${variables(id)}`;
    const read = await getJson(env, path, envelope, signal);
    return read.ok && read.value.data.errors?.length
      ? problem('changed', 'layout_unknown', `${name} is not understood any more.`)
      : read;
  });
}

function nextCursor(read: Envelope): string | null {
  for (const root of Object.values(read.data.data ?? {})) {
    const parsed = page.safeParse(root);
    if (parsed.success && parsed.data.metadata?.nextCursor) return parsed.data.metadata.nextCursor;
  }
  return null;
}

function asConversation(one: z.infer<typeof conversation>, owner: string): Conversation {
  const everybody = one['*conversationParticipants'].flatMap((urn) => profileIdOf(urn) ?? []);
  const others = [...new Set(everybody)].filter((id) => id !== owner);
  return { urn: one.entityUrn, lastActivityAt: one.lastActivityAt, others };
}

/** Rest.li's own escaping: parentheses and commas inside a value must not look like structure. */
function restli(value: string): string {
  return encodeURIComponent(value).replace(/\(/gu, '%28').replace(/\)/gu, '%29');
}
