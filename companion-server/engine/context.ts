import type { Clocks } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import type { Rng } from '#shared/kernel/prng.ts';
import type { RemoteRules } from '#shared/protocol/remoteRules.ts';
import type { Database, schema, Tx } from '../db/index.ts';

/** What the engine needs from outside; time, randomness and ids are injected. */
export interface EngineContext {
  db: Database;
  clocks: Clocks;
  rng: Rng;
  newId: NewId;
  log: EngineLog;
  /** Recognises identifiers of people who asked to be erased. */
  keyedHash: (text: string) => string;
  /** The longest a device may be told to wait before it asks again (real ms); the demo makes it short. */
  maxAskAgainMs?: number;
  /** The operator's rules in force, with the catalogue's id; absent: none. */
  remoteRules?: () => RulesInForce;
}

export interface RulesInForce extends RemoteRules {
  /** Of the catalogue's content; null: no catalogue. */
  catalogueId: string | null;
}

export interface EngineLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One unit of work: the open transaction and the moment it happens at, the same for all its statements. */
export interface Unit {
  tx: Tx;
  /** Schedule time. */
  now: number;
  /** Lease time (real). */
  real: number;
  newId: NewId;
  rng: Rng;
  keyedHash: (text: string) => string;
}

/** Runs one unit of work of the engine in one write transaction. */
export function unitOfWork<T>(ctx: EngineContext, work: (unit: Unit) => Promise<T>): Promise<T> {
  return ctx.db.write((tx) => work(unitIn(ctx, tx)));
}

/** For callers that hold a transaction already (services). */
export function unitIn(ctx: Pick<EngineContext, 'clocks' | 'newId' | 'rng' | 'keyedHash'>, tx: Tx): Unit {
  return {
    tx,
    now: ctx.clocks.schedule.now(),
    real: ctx.clocks.lease.now(),
    newId: ctx.newId,
    rng: ctx.rng,
    keyedHash: ctx.keyedHash,
  };
}

export type ChannelRow = typeof schema.channel.$inferSelect;
export type LaneRow = typeof schema.lane.$inferSelect;
export type TaskRow = typeof schema.task.$inferSelect;
export type EnrollmentRow = typeof schema.enrollment.$inferSelect;
export type ContactRow = typeof schema.contact.$inferSelect;
export type SenderRow = typeof schema.sender.$inferSelect;
export type AutomationRow = typeof schema.automation.$inferSelect;
