import type { EngineContext } from '../../engine/index.ts';
import type { Changes } from '../changes.ts';
import type { Services } from '../context.ts';
import { startMailWorkers } from '../mail/worker.ts';
import { type RemoteRulesFile, watchRemoteRules } from '../remoteRules/file.ts';
import { startSystemMail } from '../systemMail/worker.ts';
import { startUpkeep } from '../upkeep/worker.ts';
import { postWebhook } from '../webhook/post.ts';
import { startWebhooks } from '../webhook/worker.ts';
import { startEngineLoop } from './engineLoop.ts';

export interface WorkersOptions {
  services: Services;
  ctx: EngineContext;
  rules: RemoteRulesFile;
  /** Tells this database from a restored copy of it. */
  markFile: string;
  /** Notified by every write of a service. */
  wakeups: Changes;
  /** Notified after every tick of the engine. */
  ticked: Changes;
  signal: AbortSignal;
}

export interface Workers {
  /** Whether a mailbox is being read or written right now. */
  isMailBusy(): boolean;
  /** Resolves when all of them ended after the signal. */
  done: Promise<unknown>;
}

/** Everything that runs by itself beside the answers to requests. */
export function startWorkers(options: WorkersOptions): Workers {
  const { services, ctx, rules, markFile, wakeups, ticked, signal } = options;
  const { newId, timers, log } = services;
  const engine = startEngineLoop({
    ctx,
    wakeups,
    onTick: ticked.notify,
    holder: newId(),
    sleep: timers.sleep,
    signal,
  });
  const { isLeading } = engine;
  const mail = startMailWorkers({ services, ctx, ticked, wakeEngine: wakeups.notify, signal });
  const systemMail = startSystemMail({ services, ticked, isLeading, signal });
  const webhooks = startWebhooks({ services, post: postWebhook, ticked, isLeading, signal });
  const watching = watchRemoteRules(rules, { log, sleep: timers.sleep, signal });
  const upkeep = startUpkeep({ services, markFile, isLeading, signal });
  return {
    isMailBusy: mail.isBusy,
    done: Promise.all([engine.done, mail.done, systemMail.done, webhooks.done, upkeep.done, watching]),
  };
}
