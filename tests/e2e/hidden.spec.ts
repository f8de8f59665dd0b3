import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { MINUTE } from '#shared/kernel/clock.ts';
import { createSender, runUntilOver } from '../support/campaign.ts';
import { castMember } from '../support/cast.ts';
import { plainChromiumArgs } from '../support/chromiumArgs.ts';
import { connect, graphOf, message, node, visit, waitUntil } from '../support/graphs.ts';
import { undocumented } from '../support/linkedinRequests.ts';
import { miniCampaign, workAroundTheClock } from '../support/miniCampaign.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { extensionPath, openRapportBrowser } from '../support/rapportBrowser.ts';
import { chromiumPath } from '../support/require.ts';
import { startWorld, type World } from '../support/world.ts';

/**
 * The working tab in a browser that nobody drives: no Playwright, which makes every tab look visible, only the
 * server, schedule time and the simulated LinkedIn, whose ledger judges. The rep's side (pairing, signing in) is
 * done before, in the same profile.
 */

const EVENT = '7300000000000000001';
const cast = [
  castMember(1, 'Alva', 'Ahl', 'Almhult Bikes', {
    script: { acceptAfterMs: MINUTE },
    posts: [{ activityId: '7300000000000000011', text: 'New bikes' }],
    story: 'followed, liked, invited, written to',
  }),
  castMember(2, 'Birk', 'Boman', 'Bro Foods', {
    connectPlacement: 'menu',
    inviteSurface: 'iframe',
    openProfile: true,
    story: 'an InMail, an invitation from the menu, and its withdrawal',
  }),
  castMember(3, 'Cleo', 'Cedar', 'Cirrus Data', { story: 'a fellow attendee' }),
];

let world: World;
let api: OwnerApi;
let profile: string;
let chromium: ChildProcess | null = null;

test.beforeAll(async () => {
  world = await startWorld(cast);
  const people = ['700100', ...cast.map(({ person }) => person.profileId)];
  world.twin.control.setCircle({ kind: 'event', id: EVENT, name: 'Freight day', people });
  api = await setUpOwner(world.server());
  profile = mkdtempSync(join(tmpdir(), 'rapport-hidden-'));
});

test.afterAll(async () => {
  await stopChromium();
  await world?.stop();
  rmSync(profile, { recursive: true, force: true });
});

/** Chromium as a person starts it: a window with an empty tab in front. */
function startChromium(): void {
  chromium = spawn(
    chromiumPath(),
    [
      '--headless=new',
      ...plainChromiumArgs,
      '--enable-unsafe-extension-debugging',
      `--user-data-dir=${profile}`,
      `--disable-extensions-except=${extensionPath}`,
      `--load-extension=${extensionPath}`,
      ...world.twin.chromiumArgs,
      'about:blank',
    ],
    { stdio: 'ignore' },
  );
}

/** Chromium writes its cookies every 30 s; on a busy machine a closing one ends without those written last. */
async function untilSignInIsKept(): Promise<void> {
  const kept = () => readFileSync(join(profile, 'Default', 'Cookies')).includes('li_at');
  await expect
    .poll(kept, { timeout: 60_000, message: 'the cookie of the sign-in is in the profile' })
    .toBe(true);
}

async function stopChromium(): Promise<void> {
  const running = chromium;
  chromium = null;
  if (!running || running.exitCode !== null) return;
  const gone = new Promise((resolve) => running.once('exit', resolve));
  running.kill('SIGTERM');
  await gone;
}

test('every kind of step is done in a tab that nobody sees', async () => {
  const senderId = await createSender(api, world);
  await workAroundTheClock(api, senderId);
  const setUp = await openRapportBrowser(world, { profile });
  await setUp.signInToLinkedin();
  await setUp.pair(api, senderId);
  await untilSignInIsKept();
  await setUp.close();

  const chains = {
    [cast[0]?.person.slug ?? '']: graphOf(
      [
        visit('v'),
        node('follow', 'f', {}),
        node('like', 'l', {}),
        node('connect', 'c', { note: 'Hello {{ firstName }}', whenNoNote: 'wait' }),
        waitUntil('w', 'accepted', 60 * MINUTE),
        message('m', 'Thanks {{ firstName }}'),
        node('end', 'e', { outcome: 'neutral' }),
      ],
      ['v>f', 'f>l', 'l>c', 'c>w', 'w:happened>m', 'w:timeout>e', 'm>e'],
    ),
    [cast[1]?.person.slug ?? '']: graphOf(
      [
        visit('v'),
        node('inmail', 'i', { subject: 'Food', text: 'Hello {{ firstName }}', policy: 'open_profile' }),
        connect('c'),
        node('withdraw', 'x', {}),
        node('end', 'e', { outcome: 'neutral' }),
      ],
      ['v>i', 'i>c', 'c>x', 'x>e'],
    ),
    [cast[2]?.person.slug ?? '']: graphOf(
      [
        visit('v'),
        node('group_message', 'g', { text: 'See you there, {{ firstName }}', source: 'event', place: EVENT }),
        node('end', 'e', { outcome: 'neutral' }),
      ],
      ['v>g', 'g>e'],
    ),
  };
  startChromium();
  const ids: string[] = [];
  for (const member of cast) {
    const graph = chains[member.person.slug];
    if (!graph) throw new Error('no graph');
    const steps = {
      nodes: graph.nodes.slice(2),
      edges: graph.edges.slice(2).map(({ source, exit, target }) => `${source}:${exit}>${target}`),
    };
    ids.push(await miniCampaign(api, { name: member.story, cast: [member], senderId, steps }));
  }
  await runUntilOver(api, world, ids, cast.length, 180_000);

  const happened = world.twin
    .ledger()
    .filter(({ kind }) => !['page_load', 'login', 'accept'].includes(kind))
    .map(({ kind, targetSlug, text }) => `${kind} ${targetSlug} ${text ?? '-'}`);
  expect(happened.toSorted()).toEqual(
    [
      'follow alva-ahl -',
      'inmail birk-boman Hello Birk',
      'invite alva-ahl Hello Alva',
      'invite birk-boman -',
      'like alva-ahl 7300000000000000011',
      'message alva-ahl Thanks Alva',
      'message cleo-cedar See you there, Cleo',
      'withdraw birk-boman -',
    ].toSorted(),
  );
  const writes = world.twin.writes();
  expect(writes).toHaveLength(happened.length);
  expect(writes.filter(({ hidden }) => !hidden)).toEqual([]);
  expect(undocumented(world.twin.toolRequests())).toEqual([]);
});
