import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { PageEnv } from '../env.ts';
import { included, listed, listing, profileIdOf } from './entities.ts';
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
/** Whatever the answer's root is called, there is one. */
const envelope = z.looseObject({
  data: z.looseObject({
    data: z.record(z.string(), z.unknown()).nullish(),
    errors: z.array(z.unknown()).nullish(),
  }),
  included,
});
const root = listing.and(
  z.looseObject({ metadata: z.looseObject({ nextCursor: z.string().nullish() }).nullish() }),
);

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

/** A thousand conversations: what a rep gets within weeks; then the read says that it is not whole. */
const MAX_PAGES = 50;
const PAGE = 20;
/** Looked for a thread no further: where LinkedIn opens one that is older, the open page tells of it. */
const THREAD_PAGES = 5;

/** All of the owner's conversations with activity at or after `sinceMs`, newest first; an error if there are too many. */
export async function readConversations(
  env: PageEnv,
  owner: string,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Read<Conversation[]>> {
  const found = new Map<string, Conversation>();
  let cursor: string | null = null;
  for (let turn = 0; turn < MAX_PAGES; turn++) {
    const read: Read<Page<Conversation>> = await conversationPage(env, owner, cursor, signal);
    if (!read.ok) return read;
    const { items, next } = read.value;
    for (const one of items) found.set(one.urn, one);
    if (items.length === 0 || items.some((one) => one.lastActivityAt < sinceMs))
      return newest(found, sinceMs);
    if (next === undefined && items.length >= PAGE) return notKnown('Where the conversations go on');
    cursor = next ?? null;
    if (!cursor) return newest(found, sinceMs);
  }
  return problem('trouble', 'linkedin_error', 'More conversations are new than can be read at once.');
}

function newest(found: ReadonlyMap<string, Conversation>, sinceMs: number): Read<Conversation[]> {
  const recent = [...found.values()].filter((one) => one.lastActivityAt >= sinceMs);
  return ok(recent.sort((left, right) => right.lastActivityAt - left.lastActivityAt));
}

/** The owner's one-to-one conversation with a person, looked for in the newest `pages`; null: not there. */
export async function readThreadWith(
  env: PageEnv,
  owner: string,
  profileId: string,
  signal: AbortSignal,
  pages = THREAD_PAGES,
): Promise<Read<Conversation | null>> {
  let cursor: string | null = null;
  for (let turn = 0; turn < pages; turn++) {
    const read: Read<Page<Conversation>> = await conversationPage(env, owner, cursor, signal);
    if (!read.ok) return read;
    const { items, next } = read.value;
    const found = items.find((one) => one.others.length === 1 && one.others[0] === profileId);
    if (found) return ok(found);
    cursor = next ?? null;
    if (!cursor || items.length === 0) break;
  }
  return ok(null);
}

/** The newest messages of one conversation, oldest first. Reading does not mark them read. */
export async function readMessages(env: PageEnv, urn: string, signal: AbortSignal): Promise<Read<Message[]>> {
  const variables = () => `(conversationUrn:${restli(urn)})`;
  const read = await query(env, 'messengerMessages', variables, messagesIn(urn), signal);
  return read.ok ? ok(read.value.items.sort((left, right) => left.deliveredAt - right.deliveredAt)) : read;
}

interface Page<T> {
  items: T[];
  /** Null: this was the last page; undefined: the answer does not say. */
  next: string | null | undefined;
}

function conversationPage(
  env: PageEnv,
  owner: string,
  cursor: string | null,
  signal: AbortSignal,
): Promise<Read<Page<Conversation>>> {
  const variables = pageVariables(owner, cursor);
  return query(env, 'messengerConversations', variables, conversationsOf(owner), signal);
}

type Envelope = z.infer<typeof envelope>;

/** The inbox by category is the only known call with a cursor; the first page of the mailbox has none. */
function pageVariables(owner: string, cursor: string | null): (queryId: string) => string {
  const mailbox = `mailboxUrn:${restli(`urn:li:fsd_profile:${owner}`)}`;
  const category = 'query:(predicateUnions:List((conversationCategoryPredicate:(category:INBOX))))';
  const next = cursor ? `,nextCursor:${restli(cursor)}` : '';
  return (queryId) =>
    queryId.startsWith('0d5e') ? `(${mailbox})` : `(${category},count:${PAGE},${mailbox}${next})`;
}

/** What an answer lists, read by `itemsOf`, which gives null where it does not know the shape. */
function query<T>(
  env: PageEnv,
  name: QueryName,
  variables: (queryId: string) => string,
  itemsOf: (list: Listed) => T[] | null,
  signal: AbortSignal,
): Promise<Read<Page<T>>> {
  return withKnownIds(env, name, async (id) => {
    const path = `/voyager/api/voyagerMessagingGraphQL/graphql?queryId=${name}.${id}&variables=${variables(id)}`;
    const read = await getJson(env, path, envelope, signal);
    if (!read.ok) return read;
    const list = read.value.data.errors?.length ? null : rootOf(read.value);
    const items = list && itemsOf({ list, included: read.value.included });
    return items ? ok({ items, next: list.metadata?.nextCursor }) : notKnown(name);
  });
}

type Listed = Parameters<typeof listed>[0];

function notKnown(what: string) {
  return problem('changed', 'layout_unknown', `${what} has a shape that is not known.`);
}

function rootOf({ data }: Envelope): z.infer<typeof root> | null {
  for (const each of Object.values(data.data ?? {})) {
    const parsed = root.safeParse(each);
    if (parsed.success) return parsed.data;
  }
  return null;
}

/** The owner takes part in the mailbox's conversations (but in groups they left): seen in none, people are not understood. */
function conversationsOf(owner: string) {
  return (list: Listed): Conversation[] | null => {
    const found = listed(list, 'Conversation', conversation);
    const all = found?.map((one) => ({ one, everybody: participantsOf(one) })) ?? null;
    if (!all || (all.length > 0 && !all.some(({ everybody }) => everybody.includes(owner)))) return null;
    return all.map(({ one, everybody }) => ({
      urn: one.entityUrn,
      lastActivityAt: one.lastActivityAt,
      others: [...new Set(everybody)].filter((id) => id !== owner),
    }));
  };
}

function participantsOf(one: z.infer<typeof conversation>): string[] {
  return one['*conversationParticipants'].flatMap((urn) => profileIdOf(urn) ?? []);
}

/** A page of a company writes, too; a sender of a kind that is not known could be the person. */
const COMPANY = /urn:li:(?:fsd?_)?(?:company|organization)\w*:/u;

function messagesIn(urn: string) {
  return (list: Listed): Message[] | null => {
    const found = listed(list, 'Message', message);
    if (!found?.every((one) => !one['*conversation'] || one['*conversation'] === urn)) return null;
    const isUnknown = found.some(({ '*sender': from }) => !profileIdOf(from) && !COMPANY.test(from));
    if (isUnknown) return null;
    return found.flatMap((one) => {
      const from = profileIdOf(one['*sender']);
      if (!from) return [];
      return [
        { urn: one.entityUrn, fromProfileId: from, text: one.body?.text ?? '', deliveredAt: one.deliveredAt },
      ];
    });
  };
}

/** Rest.li's own escaping: parentheses and commas inside a value must not look like structure. */
function restli(value: string): string {
  return encodeURIComponent(value).replace(/\(/gu, '%28').replace(/\)/gu, '%29');
}
