import type { z } from 'zod';
import { type ApiClient, callApi } from '#shared/contract/callApi.ts';
import { deviceRoutes } from '#shared/contract/device.ts';
import { devicePersonRoutes, type personSeen } from '#shared/contract/devicePerson.ts';
import { listImportRoutes } from '#shared/contract/listImport.ts';
import type { Problem, Route } from '#shared/contract/route.ts';
import { deviceTaskRoutes } from '#shared/contract/task.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { err, type Result } from '#shared/kernel/result.ts';
import type { StateStore } from '../storage/state.ts';
import type { RunnerApi } from './runner/ports.ts';

const CALL_MS = 20 * SECOND;
/** Texts that the side panel shows at once; the dashboard has them all. */
const APPROVALS = 50;

type Seen = z.output<typeof personSeen>;
type ApproveBody = z.output<typeof deviceTaskRoutes.approve.body>;

export interface ApiDeps {
  store: StateStore;
  fetch: typeof fetch;
  /** Shown to the server so that it can tell an outdated extension. */
  version: string;
  /** The server no longer knows our token. */
  onRevoked(): Promise<void>;
}

/** A client for one server address; with the device's token once there is one. */
export function clientFor(
  deps: Pick<ApiDeps, 'fetch' | 'version'>,
  baseUrl: string,
  token?: string,
): ApiClient {
  return {
    baseUrl,
    token,
    fetch: deps.fetch,
    clientVersion: `extension/${deps.version}`,
    timeoutMs: CALL_MS,
    log: (line) => console.warn(line),
  };
}

export type DeviceApi = ReturnType<typeof createDeviceApi>;

/** The paired device's calls. The token is read for each call: nothing about it lives in the worker. */
export function createDeviceApi(deps: ApiDeps) {
  async function call<R extends Route>(
    route: R,
    input: Parameters<typeof callApi<R>>[2] = {},
    signal?: AbortSignal,
  ) {
    const pairing = await deps.store.get('pairing');
    if (pairing?.state !== 'paired') return err(notPaired);
    const answer = await callApi(clientFor(deps, pairing.serverUrl, pairing.token), route, input, signal);
    if (!answer.ok && answer.error.status === 401) await deps.onRevoked();
    return answer;
  }

  let counting: Promise<number> = Promise.resolve(0);
  /** The number of the next report of the session; one after the other, for two may be told at once. */
  function nextOrder(): Promise<number> {
    const count = async () => {
      const order = ((await deps.store.get('sessionReports')) ?? 0) + 1;
      await deps.store.set('sessionReports', order);
      return order;
    };
    counting = counting.then(count, count);
    return counting;
  }

  const runner: RunnerApi = {
    next: ({ kinds, ...ability }, signal) =>
      call(deviceRoutes.next, { body: { ...ability, kinds: [...kinds] } }, signal),
    renew: ({ taskId, fence }, signal) => call(deviceRoutes.renew, { body: { taskId, fence } }, signal),
    commit: ({ taskId, fence }, seen, signal) =>
      call(deviceRoutes.commit, { body: { taskId, fence, ...seen } }, signal),
    outcome: ({ taskId, fence }, outcome, signal) =>
      call(deviceRoutes.outcome, { body: { taskId, fence, outcome } }, signal),
    session: async (report, signal) => {
      const order = await nextOrder();
      return call(deviceRoutes.session, { body: { report, seenAgoMs: 0, order } }, signal);
    },
    observations: (seen, signal) => call(deviceRoutes.observations, { body: seen }, signal),
    listPage: (importId, start, read, signal) =>
      call(listImportRoutes.page, { params: { importId }, body: { start, read } }, signal),
    layout: (seen, signal) => call(deviceRoutes.layout, { body: seen }, signal),
    journal: (report, signal) => call(deviceRoutes.journal, { body: report }, signal),
  };

  return {
    ...runner,
    snapshot: () => call(deviceRoutes.snapshot),
    consent: (version: number, agreed: boolean) => call(deviceRoutes.consent, { body: { version, agreed } }),
    pause: () => call(deviceRoutes.pause),
    resume: () => call(deviceRoutes.resume),
    reconnect: () => call(deviceRoutes.reconnect),
    stopEverything: () => call(deviceRoutes.stopEverything),
    mode: (approveEach: boolean) => call(deviceRoutes.mode, { body: { approveEach } }),
    findPerson: (person: Seen) => call(devicePersonRoutes.find, { body: person }),
    targets: () => call(devicePersonRoutes.targets),
    addToList: (person: Seen, listName: string) =>
      call(devicePersonRoutes.addToList, { body: { person, listName } }),
    addToAutomation: (person: Seen, automationId: string) =>
      call(devicePersonRoutes.addToAutomation, { body: { person, automationId } }),
    pin: (contactId: string, pinned: boolean) =>
      call(devicePersonRoutes.pin, { params: { contactId }, body: { pinned } }),
    addNote: (contactId: string, text: string) =>
      call(devicePersonRoutes.addNote, { params: { contactId }, body: { text } }),
    removeNote: (contactId: string, noteId: string) =>
      call(devicePersonRoutes.removeNote, { params: { contactId, noteId } }),
    imports: () => call(listImportRoutes.list),
    importList: (body: z.output<typeof listImportRoutes.start.body>) =>
      call(listImportRoutes.start, { body }),
    stopImport: (importId: string) => call(listImportRoutes.stop, { params: { importId } }),
    resumeImport: (importId: string) => call(listImportRoutes.resume, { params: { importId } }),
    approvals: () => call(deviceTaskRoutes.approvals, { query: { limit: APPROVALS } }),
    approve: (taskId: string, body: ApproveBody) =>
      call(deviceTaskRoutes.approve, { params: { taskId }, body }),
    skip: (taskId: string) => call(deviceTaskRoutes.skip, { params: { taskId } }),
    unpair: (): Promise<Result<unknown, Problem>> => call(deviceRoutes.unpair),
  };
}

const notPaired: Problem = {
  type: 'about:blank#not_paired',
  title: 'Not paired',
  status: 0,
  code: 'not_paired',
  detail: 'This browser is not paired with a Rapport server.',
  action: 'Open the side panel and pair it.',
  requestId: '',
  fields: [],
};
