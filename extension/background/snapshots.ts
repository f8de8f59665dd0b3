import { CONSENT_VERSION, type DeviceSnapshot } from '#shared/contract/device.ts';
import type { Problem } from '#shared/contract/route.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { saveSnapshot } from '../storage/snapshot.ts';
import type { StateStore } from '../storage/state.ts';

export interface SnapshotDeps {
  store: StateStore;
  database: RapportDatabase;
  clock: Clock;
  /** Ends acting at once when a snapshot forbids it. */
  halt(): void;
  showBadge(text: '' | '!'): Promise<void>;
  /** `href`: what a click on it opens; null: nothing. */
  notify(title: string, message: string, href: string | null): Promise<void>;
}

/** Said by a notification of its own for each person. */
const REPLIES = 'Decide about replies';
const REPLY_SENTENCE = 'Everything to them has stopped. Decide how to go on.';

/** Takes in each new snapshot: stores it, obeys it, and tells the rep what needs them. */
export function createSnapshots(deps: SnapshotDeps) {
  const { store } = deps;

  async function take(snapshot: DeviceSnapshot): Promise<void> {
    const pairing = await store.get('pairing');
    if (pairing?.state !== 'paired' || pairing.deviceId !== snapshot.deviceId) return;
    await saveSnapshot(deps.database, snapshot, deps.clock.now());
    const agreed = snapshot.consentVersion === CONSENT_VERSION;
    if (!agreed || snapshot.paused || snapshot.stopped) deps.halt();
    await alert(snapshot, agreed);
  }

  async function alert(snapshot: DeviceSnapshot, agreed: boolean): Promise<void> {
    await deps.showBadge(snapshot.mustAct.length > 0 || !agreed ? '!' : '');
    const wanted = (await store.get('notices')) ?? { replies: true, mustAct: true };
    const known = new Set((await store.get('notified')) ?? []);
    const isNew = snapshot.mustAct.filter(({ title }) => !known.has(title) && title !== REPLIES);
    for (const { title, detail, href } of wanted.mustAct ? isNew : []) await deps.notify(title, detail, href);
    await tellReplies(snapshot, wanted.replies);
    await store.set(
      'notified',
      snapshot.mustAct.map((one) => one.title),
    );
  }

  /** Each reply once. What came before the first look is in the list already and raises nothing. */
  async function tellReplies({ replies }: DeviceSnapshot, wanted: boolean): Promise<void> {
    const until = await store.get('repliesToldUntil');
    const latest = Math.max(until ?? 0, ...replies.map(({ at }) => at));
    if (latest !== until) await store.set('repliesToldUntil', latest);
    if (until === null || !wanted) return;
    for (const { name, contactId } of replies.filter(({ at }) => at > until)) {
      await deps.notify(`${name} replied`, REPLY_SENTENCE, `/contacts/${contactId}`);
    }
  }

  return {
    take,
    /** The same for an answer that may be a problem. */
    async takeAnswer(answer: Result<DeviceSnapshot, Problem>): Promise<Result<DeviceSnapshot, Problem>> {
      if (answer.ok) {
        await take(answer.value);
        await store.remove('trouble');
      }
      return answer;
    },
  };
}

export type Snapshots = ReturnType<typeof createSnapshots>;
