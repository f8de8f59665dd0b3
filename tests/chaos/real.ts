import { contactRoutes } from '#shared/contract/contact.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { type Rng, seededRng } from '#shared/kernel/prng.ts';
import type { Fault } from '../linkedin-twin/index.ts';
import { createSender, enrollments, isOver } from '../support/campaign.ts';
import { type CastMember, castMember } from '../support/cast.ts';
import { connect, end, message, node, visit, waitUntil } from '../support/graphs.ts';
import { undocumented } from '../support/linkedinRequests.ts';
import { miniCampaign, workAroundTheClock } from '../support/miniCampaign.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { openRapportBrowser, type RapportBrowser } from '../support/rapportBrowser.ts';
import { startWorld, type World } from '../support/world.ts';

/**
 * The built extension and the real server: one automation of four effects for each person, while the browser kills the
 * worker, the working tab is closed and loaded anew, the server is killed and LinkedIn fails, each at a moment of real
 * time. What happens is drawn by the seed, when it happens is not: such a run is not the same twice.
 */

export interface RealResult {
  people: number;
  over: number;
  effects: number;
  unknown: number;
  troubles: Record<string, number>;
  wrong: string[];
}

/** Ledger -> the type of the server's own record. */
const recordOf = {
  follow: 'followed',
  like: 'post_liked',
  invite: 'invite_sent',
  message: 'message_sent',
} as const;
type EffectKind = keyof typeof recordOf;
const kindOfStep: Record<string, EffectKind> = {
  follow: 'follow',
  like: 'like',
  connect: 'invite',
  message: 'message',
};

/** Failures that hold nothing for hours: those are what the first kind of chaos and the simulation are for. */
const faults: Fault[] = (['invite', 'message', 'follow', 'like'] as const).flatMap((on) =>
  (['500', 'error_toast', 'close_without_success', 'drop_after_effect'] as const).map((effect) => ({
    on,
    effect,
    times: 1,
  })),
);

export async function runRealChaos(options: {
  people: number;
  seed: number;
  minutes: number;
}): Promise<RealResult> {
  const rng = seededRng(options.seed);
  const cast = castOf(options.people, rng);
  const world = await startWorld(cast);
  let browser: RapportBrowser | null = null;
  const troubles: Record<string, number> = {};
  try {
    const api = await setUpOwner(world.server());
    const senderId = await createSender(api, world);
    await workAroundTheClock(api, senderId);
    browser = await openRapportBrowser(world);
    await browser.pair(api, senderId);
    await browser.signInToLinkedin();
    const automationId = await miniCampaign(api, { name: 'Chaos', cast, senderId, steps });
    const stop = new AbortController();
    const making = makeTrouble(world, browser, rng, troubles, stop.signal);
    const settled = async () => {
      const open = (await enrollments(api, automationId)).filter((each) => !isOver(each));
      const waiting = new Set((await unknowns(api)).map(({ contactId }) => contactId));
      return open.every(({ contactId }) => waiting.has(contactId));
    };
    await throughOutages(world, settled, options.minutes * MINUTE);
    stop.abort();
    await making;
    // Whatever is under way comes to its end before anybody judges.
    await browser.glance();
    await world.conductor
      .runUntil(async () => (await world.server().idle()).idle, MINUTE)
      .catch(() => undefined);
    return await judge(world, api, automationId, cast, troubles);
  } finally {
    await browser?.close();
    await world.stop();
  }
}

/** Moves time until `settled`; a server that was just killed answers nothing, and comes back. */
async function throughOutages(
  world: World,
  settled: () => Promise<boolean>,
  withinMs: number,
): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    try {
      return await world.conductor.runUntil(settled, deadline - Date.now());
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

const steps = {
  nodes: [
    visit('v'),
    node('follow', 'f', {}),
    node('like', 'l', {}),
    connect('c'),
    waitUntil('w', 'accepted', 60 * MINUTE),
    message('m', 'Good to meet you, {{ firstName }}.'),
    end('e'),
  ],
  edges: ['v>f', 'f>l', 'l>c', 'c>w', 'w:happened>m', 'w:timeout>e', 'm>e'],
};

function castOf(count: number, rng: Rng): CastMember[] {
  return Array.from({ length: count }, (_, i) =>
    castMember(i + 1, `Alva${i}`, `Ahl${i}`, `Firm ${i}`, {
      connectPlacement: rng() < 0.7 ? 'row' : 'menu',
      inviteSurface: rng() < 0.5 ? 'shadow' : 'iframe',
      script: { acceptAfterMs: MINUTE },
      posts: [{ activityId: String(7_400_000_000_000_000_000n + BigInt(i)), text: `Post ${i}` }],
      email: null,
      story: 'chaos',
    }),
  );
}

async function makeTrouble(
  world: World,
  browser: RapportBrowser,
  rng: Rng,
  count: Record<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const troubles: [name: string, weight: number, make: () => Promise<unknown>][] = [
    ['worker killed', 4, () => browser.killWorker().then(() => browser.glance())],
    ['tab closed', 2, async () => (await workingTab(browser))?.close()],
    ['tab loaded anew', 2, async () => (await workingTab(browser))?.reload({ waitUntil: 'commit' })],
    [
      'LinkedIn fails',
      3,
      async () => world.twin.control.armFault(faults[Math.floor(rng() * faults.length)] as Fault),
    ],
    [
      'server killed',
      1,
      () =>
        world
          .server()
          .kill()
          .then(() => world.restartServer()),
    ],
  ];
  while (!signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 4_000 + rng() * 10_000));
    if (signal.aborted) return;
    const chosen = pickWeighted(troubles, rng);
    if (!chosen) return;
    // A page that was just closed cannot be closed again: that is no trouble.
    await chosen[2]().catch(() => undefined);
    count[chosen[0]] = (count[chosen[0]] ?? 0) + 1;
  }
}

function pickWeighted<T extends readonly [string, number, ...unknown[]]>(
  from: readonly T[],
  rng: Rng,
): T | null {
  let draw = rng() * from.reduce((sum, [, weight]) => sum + weight, 0);
  for (const each of from) {
    draw -= each[1];
    if (draw < 0) return each;
  }
  return from.at(-1) ?? null;
}

/** The tab that the runner calls its own, if it is there. */
async function workingTab(browser: RapportBrowser) {
  const worker = await browser.serviceWorker();
  const url = await worker.evaluate<string | null>(
    `chrome.storage.session.get('workingTab').then(({ workingTab }) => workingTab ? chrome.tabs.get(workingTab.tabId).then((tab) => tab.url, () => null) : null)`,
  );
  // The rep's own tab stays on the feed.
  return browser.context.pages().find((page) => page.url() === url && !page.url().endsWith('/feed/'));
}

const unknowns = async (api: OwnerApi) =>
  (await api.call(taskRoutes.list, { query: { group: 'unknown', limit: 100 } })).items.flatMap((item) =>
    item.group === 'unknown' ? [item] : [],
  );

/** LinkedIn's ledger and the server's record, person by person and kind by kind. */
async function judge(
  world: World,
  api: OwnerApi,
  automationId: string,
  cast: readonly CastMember[],
  troubles: Record<string, number>,
): Promise<RealResult> {
  const wrong: string[] = [];
  const open = await unknowns(api);
  const contacts = await api.call(contactRoutes.list, { query: { limit: 100 } });
  let effects = 0;
  for (const { person } of cast) {
    const contact = contacts.items.find(({ linkedinSlug }) => linkedinSlug === person.slug);
    if (!contact) throw new Error(`${person.slug} is no contact`);
    const params = { contactId: contact.id };
    const log = await api.call(contactRoutes.activity, { params, query: { limit: 100 } });
    for (const kind of Object.keys(recordOf) as EffectKind[]) {
      const happened = world.twin
        .ledger()
        .filter((e) => e.kind === kind && e.targetSlug === person.slug).length;
      const said = log.items.filter((e) => e.type === recordOf[kind] && e.result === 'success').length;
      const maybe = open.filter((e) => e.contactId === contact.id && kindOfStep[e.kind] === kind).length;
      effects += happened;
      if (happened > 1) wrong.push(`${person.slug}: ${kind} ${happened} times`);
      if (said > happened)
        wrong.push(`${person.slug}: ${kind} recorded ${said} times, LinkedIn shows ${happened}`);
      if (happened > said + maybe)
        wrong.push(`${person.slug}: ${kind} happened, the server knows nothing of it`);
    }
  }
  for (const stray of world.twin.ledger().filter(({ kind }) => kind === 'stray'))
    wrong.push(`stray: ${stray.targetSlug}`);
  for (const request of undocumented(world.twin.toolRequests())) wrong.push(`undocumented: ${request}`);
  const all = await enrollments(api, automationId);
  return {
    people: cast.length,
    over: all.filter(isOver).length,
    effects,
    unknown: open.length,
    troubles,
    wrong,
  };
}
