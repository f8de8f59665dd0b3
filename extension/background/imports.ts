import type { Clock } from '#shared/kernel/clock.ts';
import type { UiAnswer } from '#shared/protocol/messages.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { saveImports } from '../storage/people.ts';
import { answered } from './answers.ts';
import type { DeviceApi } from './api.ts';
import { notAgreed } from './people.ts';

export interface ImportsDeps {
  api: DeviceApi;
  database: RapportDatabase;
  clock: Clock;
  mayRead(): Promise<boolean>;
  /** The first page may be read at once. */
  wake(): Promise<void>;
}

/** Orders of the rep about importing the list they look at; the state is the server's, so that a restart loses nothing. */
export function createImports({ api, database, clock, mayRead, wake }: ImportsDeps) {
  async function refresh(): Promise<UiAnswer> {
    const answer = await api.imports();
    if (answer.ok) await saveImports(database, answer.value.items, clock.now());
    return answered(answer);
  }

  async function then(answer: Awaited<ReturnType<DeviceApi['importList']>>): Promise<UiAnswer> {
    await refresh();
    if (answer.ok) await wake();
    return answered(answer);
  }

  return {
    refresh,
    async start(order: { url: string; listName: string; atMost: number }): Promise<UiAnswer> {
      return (await mayRead()) ? then(await api.importList(order)) : notAgreed;
    },
    stop: async (importId: string) => then(await api.stopImport(importId)),
    resume: async (importId: string) => then(await api.resumeImport(importId)),
  };
}
