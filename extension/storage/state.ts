import { z } from 'zod';
import { sessionReport } from '#shared/protocol/linkedin.ts';
import { layoutPage } from '#shared/protocol/remoteRules.ts';

/** The small facts beside the database: who we are paired with, and what the runner does just now. */

const instant = z.number().int();

const pairing = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('unpaired'),
    /** Offered again in the form. */
    serverUrl: z.string().nullable(),
    /** What to say of it: the pairing was denied, expired, revoked by the server, or its end could not be told to it. */
    notice: z.enum(['denied', 'expired', 'revoked', 'untold']).nullable(),
  }),
  z.object({
    state: z.literal('pairing'),
    serverUrl: z.string(),
    deviceCode: z.string(),
    userCode: z.string(),
    approveUrl: z.string(),
    intervalMs: z.number().int(),
    expiresAt: instant,
    nextPollAt: instant,
  }),
  z.object({
    state: z.literal('paired'),
    serverUrl: z.string(),
    token: z.string(),
    deviceId: z.string(),
    senderId: z.string(),
    senderName: z.string(),
    pairedAt: instant,
  }),
]);
export type Pairing = z.infer<typeof pairing>;
export type Paired = Extract<Pairing, { state: 'paired' }>;

/** The runner as popup and side panel show it. */
const activity = z.object({
  state: z.enum(['idle', 'watching', 'importing', 'working']),
  phase: z.enum(['opening', 'preparing', 'committing', 'acting', 'verifying', 'checking']).nullable(),
  kind: z.string().nullable(),
  contactName: z.string().nullable(),
  automationName: z.string().nullable(),
  /** idle: why, and when it asks again. */
  reason: z.string().nullable(),
  until: instant.nullable(),
});
export type Activity = z.infer<typeof activity>;

/** The last call to the server that failed because it could not be reached or refused us. */
const trouble = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  action: z.string().nullable(),
  since: instant,
});
export type Trouble = z.infer<typeof trouble>;

export const unpaired: Pairing = { state: 'unpaired', serverUrl: null, notice: null };

/** Survives a browser restart (`local`), or only the worker's death (`session`). */
const stateSchemas = {
  pairing: { area: 'local', schema: pairing },
  /** All that the rep ordered to stop and the server has not confirmed yet: it holds here at once, offline too. */
  pendingStops: { area: 'local', schema: z.array(z.enum(['pause', 'stop', 'withdraw'])).max(3) },
  /** Which notifications the rep wants; both unless they said otherwise. */
  notices: { area: 'local', schema: z.object({ replies: z.boolean(), mustAct: z.boolean() }) },
  /** When pages of imported lists were read: the browser's own guard of the hard ceiling. */
  pagesRead: { area: 'local', schema: z.array(instant).max(1000) },
  /** The server's latest update of the selector catalogue; `update` null: none, or it was dropped for `problem`. */
  catalogue: {
    area: 'local',
    schema: z.object({ id: z.string().nullable(), update: z.unknown(), problem: z.string().nullable() }),
  },
  /** When each kind of page had its daily layout check. */
  layoutCheckedAt: { area: 'local', schema: z.partialRecord(layoutPage, instant) },
  /** The latest reply that the rep was notified of, or that was there before this browser was paired. */
  repliesToldUntil: { area: 'local', schema: instant },
  /** How many times the server was told who is signed in on LinkedIn. */
  sessionReports: { area: 'local', schema: z.number().int() },
  activity: { area: 'session', schema: activity },
  trouble: { area: 'session', schema: trouble },
  /** What a LinkedIn page said last. */
  session: { area: 'session', schema: z.object({ report: sessionReport, at: instant }) },
  /** The working tab: it is ours only while this browser session lasts. */
  workingTab: {
    area: 'session',
    schema: z.object({
      tabId: z.number().int(),
      url: z.string(),
      /** Which document we loaded; null: not known. */
      document: z.number().nullable(),
      loadedAt: instant,
      /** It was in front when it was loaded. */
      wasSeen: z.boolean(),
    }),
  },
  /** Not before this moment does the runner run again. */
  notBefore: { area: 'session', schema: instant },
  heartbeatAt: { area: 'session', schema: instant },
  /** Titles the rep was already notified of. */
  notified: { area: 'session', schema: z.array(z.string()) },
} as const satisfies Record<string, { area: 'local' | 'session'; schema: z.ZodType }>;

export type StateKey = keyof typeof stateSchemas;
export type StateValue<K extends StateKey> = z.infer<(typeof stateSchemas)[K]['schema']>;

export interface StateStore {
  /** Null: nothing stored, or something this version cannot read. */
  get<K extends StateKey>(key: K): Promise<StateValue<K> | null>;
  set<K extends StateKey>(key: K, value: StateValue<K>): Promise<void>;
  remove(...keys: StateKey[]): Promise<void>;
  /** Calls back whenever one of these changed, in any page of the extension. Returns how to stop. */
  watch(keys: readonly StateKey[], changed: () => void): () => void;
}

interface AreaLike {
  get(key: string): Promise<Record<string, unknown>>;
  set(items: Record<string, unknown>): Promise<void>;
  remove(keys: string[]): Promise<void>;
}

type ChangeListener = (changes: Record<string, unknown>) => void;

export interface StorageLike {
  local: AreaLike;
  session: AreaLike;
  onChanged: { addListener(listener: ChangeListener): void; removeListener(listener: ChangeListener): void };
}

/** Reads and writes through the schemas above. */
export function createStateStore(storage: StorageLike): StateStore {
  const areaOf = (key: StateKey) => storage[stateSchemas[key].area];
  return {
    async get<K extends StateKey>(key: K) {
      const raw = (await areaOf(key).get(key))[key];
      const parsed = stateSchemas[key].schema.safeParse(raw);
      return parsed.success ? (parsed.data as StateValue<K>) : null;
    },
    async set(key, value) {
      await areaOf(key).set({ [key]: stateSchemas[key].schema.parse(value) });
    },
    async remove(...keys) {
      await Promise.all(keys.map((key) => areaOf(key).remove([key])));
    },
    watch(keys, changed) {
      const listener: ChangeListener = (changes) => {
        if (keys.some((key) => key in changes)) changed();
      };
      storage.onChanged.addListener(listener);
      return () => storage.onChanged.removeListener(listener);
    },
  };
}
