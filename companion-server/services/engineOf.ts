import type { Tx } from '../db/index.ts';
import { type EngineContext, type Unit, unitIn } from '../engine/index.ts';
import type { Services } from './context.ts';

/** The engine as services call it: its writes wake whoever waits for changes. */
export function engineOf(services: Services): EngineContext {
  const { db, clocks, rng, newId, log, keyedHash, maxAskAgainMs, remoteRules } = services;
  return { db, clocks, rng, newId, log, keyedHash, maxAskAgainMs, remoteRules };
}

/** The engine's unit of work inside a transaction that a service opened. */
export function unitOf(services: Services, tx: Tx): Unit {
  return unitIn(services, tx);
}
