import path from 'node:path';
import { z } from 'zod';
import { createLineLog, type LineLog } from './lineLog.ts';

const erased = z.object({ workspaceId: z.string(), hash: z.string(), at: z.number() });
export type ErasedIdentifier = z.infer<typeof erased>;

/** Erasures outside the database. */
export type ErasureLog = LineLog<ErasedIdentifier>;

/** `<data>/erasures.jsonl`: keyed hashes, one a line. It belongs to the data folder, not to a backup of the database. */
export function createErasureLog(dataDir: string): ErasureLog {
  return createLineLog(path.join(dataDir, 'erasures.jsonl'), erased);
}

const stop = z.object({
  workspaceId: z.string(),
  hash: z.string(),
  /** False: a person took it off the stoplist. */
  on: z.boolean(),
  /** The contact opted out, as against an entry that a member made. */
  optOut: z.boolean(),
  /** When the line was written, real ms UTC. */
  at: z.number(),
});
export type StopLine = z.infer<typeof stop>;

/** What was put on the stoplist and taken off it, outside the database: of each identifier the last line counts. */
export type StopLog = LineLog<StopLine>;

/** `<data>/stoplist.jsonl`, beside the log of erasures and kept like it. */
export function createStopLog(dataDir: string): StopLog {
  return createLineLog(path.join(dataDir, 'stoplist.jsonl'), stop);
}
