import { CONSENT_VERSION, type DeviceSnapshot } from '#shared/contract/device.ts';
import { createStateStore, type StateStore } from '../../../extension/storage/state.ts';

/** chrome.storage in memory. */
export function memoryStore(): StateStore {
  const area = () => {
    const items = new Map<string, unknown>();
    return {
      get: async (key: string) => (items.has(key) ? { [key]: items.get(key) } : {}),
      set: async (next: Record<string, unknown>) => {
        for (const [key, value] of Object.entries(next)) items.set(key, value);
      },
      remove: async (keys: string[]) => {
        for (const key of keys) items.delete(key);
      },
    };
  };
  const onChanged = { addListener: () => undefined, removeListener: () => undefined };
  return createStateStore({ local: area(), session: area(), onChanged });
}

/** A server that answers each path from a list, and keeps what it was sent. */
export function fakeServer(answers: Record<string, unknown[]>) {
  const calls: { path: string; body: unknown; authorization: string | null }[] = [];
  const respond: typeof fetch = async (input, init) => {
    const path = new URL(String(input)).pathname;
    const headers = new Headers(init?.headers);
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : null;
    calls.push({ path, body, authorization: headers.get('authorization') });
    const answer = answers[path]?.shift();
    if (answer === undefined) throw new TypeError('Failed to fetch');
    if (answer instanceof Response) return answer;
    return Response.json(answer);
  };
  return { calls, fetch: respond };
}

export function snapshotOf(change: Partial<DeviceSnapshot> = {}): DeviceSnapshot {
  return {
    deviceId: 'd1',
    workspaceName: 'Example',
    sender: { id: 's1', name: 'Maria Lindqvist' },
    consentVersion: CONSENT_VERSION,
    linkedin: {
      channelId: 'c1',
      status: 'active',
      reason: null,
      detail: null,
      memberId: '7',
      name: 'Maria Lindqvist',
      lastCheckedAt: 1,
    },
    mailbox: {
      channelId: 'c2',
      address: null,
      fromName: null,
      smtp: { status: 'not_set_up', response: null },
      imap: { status: 'not_set_up', response: null },
      lastSyncedAt: null,
      retryAt: null,
    },
    holds: [],
    usage: [],
    next: null,
    mustAct: [],
    stopped: false,
    paused: false,
    approveEach: false,
    approvals: 0,
    replies: [],
    serverTime: 1,
    ...change,
  };
}
