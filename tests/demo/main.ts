import { parseArgs } from 'node:util';
import { systemTimers, uninterrupted } from '#shared/kernel/clock.ts';
import {
  createSender,
  enrollments,
  importCast,
  isOver,
  startAutomation,
  summarise,
} from '../support/campaign.ts';
import { cast, owner } from '../support/cast.ts';
import { onInterrupt } from '../support/exitCleanly.ts';
import { setUpOwner } from '../support/ownerApi.ts';
import { openRapportBrowser } from '../support/rapportBrowser.ts';
import { ensureInstalled } from '../support/require.ts';
import { startWorld } from '../support/world.ts';
import { createProgressTable } from './table.ts';

/**
 * `npm run demo`: one campaign over LinkedIn and email by the real parts, risking no account. A simulated
 * LinkedIn at the real address, a mail sandbox with real SMTP and IMAP, the real server on a temporary
 * database, Chromium with the extension.
 */
const { values: options } = parseArgs({ options: { exit: { type: 'boolean', default: false } } });
const LONGEST_MS = 20 * 60_000;

console.log('Rapport demo: nothing here reaches the internet, and no real account is used.\n');
ensureInstalled();
const world = await startWorld(cast);
const closers: (() => Promise<void>)[] = [() => world.stop()];
const stop = async () => {
  for (const close of closers.splice(0).reverse()) await close();
};
onInterrupt(stop);

let code = 1;
try {
  const api = await setUpOwner(world.server());
  const senderId = await createSender(api, world);
  const listId = await importCast(api, cast);
  console.log(`Server ready, ${cast.length} invented contacts imported. Opening Chromium …`);
  const browser = await openRapportBrowser(world, { visible: Boolean(process.env.DISPLAY) });
  closers.push(() => browser.close());
  await browser.pair(api, senderId);
  await browser.signInToLinkedin();
  console.log('Extension paired, Mia is logged in on the simulated LinkedIn. Starting the automation.');
  const whereToLook = `Dashboard: ${world.server().origin}\nSign in as ${owner.email} with the password ${owner.password}`;
  console.log(`${whereToLook}\n`);
  const automationId = await startAutomation(api, listId, senderId);

  const table = createProgressTable(process.stdout);
  await world.conductor.runUntil(async () => {
    const all = await enrollments(api, automationId);
    table.show(all, Date.now() + world.conductor.offsetMs());
    return all.length === cast.length && all.every(isOver);
  }, LONGEST_MS);

  const summary = await summarise(api, world, automationId, cast);
  console.log('\nWhat happened, and what was meant to:');
  for (const enrollment of await enrollments(api, automationId)) {
    const story = cast.find(
      ({ person }) => `${person.firstName} ${person.lastName}` === enrollment.contactName,
    )?.story;
    console.log(`  ${enrollment.contactName.padEnd(14)} ${enrollment.sentence}  [${story}]`);
  }
  console.log(`\n${whereToLook}`);
  if (!options.exit) {
    console.log('Press Ctrl+C to end the demo.');
    await systemTimers.sleep(2 ** 31 - 1, uninterrupted);
  }
  const { afterReply, ...counts } = summary;
  const clean = counts.twice + counts.wrongPerson + counts.mismatch + counts.unknown + afterReply === 0;
  if (afterReply > 0) console.error(`${afterReply} steps reached people who had already replied.`);
  code = clean ? 0 : 1;
  await stop();
  console.log(JSON.stringify(counts));
} finally {
  await stop();
}
process.exit(code);
