import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTwin, type TwinMember, type TwinPerson } from './index.ts';

/**
 * `npm run twin`: the simulated LinkedIn to play with by hand. Opens Chromium on its control page where there is a
 * display, else says how; ends with that browser or with Ctrl-C.
 */

const HOUR = 3_600_000;

const robin: TwinMember = {
  email: 'robin@example.com',
  password: 'rapport',
  memberId: '100000001',
  profileId: 'ACoAAROBINEXAMPLE0000000000000000000001',
  slug: 'robin-example',
  firstName: 'Robin',
  lastName: 'Example',
  premium: true,
  salesNavigator: true,
};

function person(n: number, firstName: string, more: Partial<TwinPerson> = {}): TwinPerson {
  return {
    memberId: String(200_000_000 + n),
    profileId: `ACoAA${`${firstName}STONE`.toUpperCase().padEnd(30, '0')}${String(n).padStart(4, '0')}`,
    slug: `${firstName.toLowerCase()}-stone`,
    firstName,
    lastName: 'Stone',
    headline: 'Head of Example at Sample Company',
    company: 'Sample Company',
    location: 'Sampletown, United Kingdom',
    connectPlacement: 'row',
    degree: 2,
    ...more,
  };
}

const people = [
  person(1, 'Avery', { script: { acceptAfterMs: 2 * HOUR, replyAfterMs: HOUR, replyText: 'Yes please' } }),
  person(2, 'Blake', { connectPlacement: 'menu', inviteSurface: 'iframe' }),
  person(3, 'Casey', { connectPlacement: 'email_gate', email: 'casey@sample.test' }),
  person(4, 'Devon', { connectPlacement: 'absent', degree: 3, openProfile: true }),
  person(5, 'Emery', {
    degree: 1,
    posts: [{ activityId: '7300000000000000001', text: 'Ports', reactors: ['avery-stone', 'blake-stone'] }],
  }),
  ...Array.from({ length: 40 }, (_, i) => person(100 + i, `Crowd${i}`, { degree: i % 3 === 0 ? 1 : 2 })),
];

const twin = await startTwin({
  members: [robin],
  people,
  circles: [
    { kind: 'group', id: '4711', name: 'Freight people', people: [robin, ...people].map((p) => p.profileId) },
    { kind: 'event', id: '4712', name: 'Freight day', people: [robin, ...people].map((p) => p.profileId) },
    { kind: 'sales_list', id: '4713', name: 'Ports', people: people.slice(0, 8).map((p) => p.profileId) },
  ],
});
const profile = mkdtempSync(join(tmpdir(), 'linkedin-twin-'));
const args = [`--user-data-dir=${profile}`, ...twin.chromiumArgs, '--no-first-run', `${twin.origin}/__twin`];
const chromium = process.env.CHROMIUM_PATH ?? 'chromium';

console.log(`The simulated LinkedIn runs. Sign in as ${robin.email} with the password ${robin.password}.`);
console.log(`${chromium} ${args.map((arg) => `'${arg}'`).join(' ')}`);
if (process.env.DISPLAY || process.platform !== 'linux') {
  const browser = spawn(chromium, args, { stdio: 'ignore' });
  browser.once('error', () => console.log('Chromium did not start: start it with the line above.'));
  browser.once('exit', () => void stop());
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());

async function stop(): Promise<void> {
  await twin.stop();
  rmSync(profile, { recursive: true, force: true });
  process.exit(0);
}
