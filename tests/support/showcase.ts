import { contactRoutes } from '#shared/contract/contact.ts';
import { must } from '#shared/kernel/assert.ts';
import { createSender, enrollments, importCast, startAutomation } from './campaign.ts';
import { cast } from './cast.ts';
import { type OwnerApi, setUpOwner } from './ownerApi.ts';
import { openRapportBrowser, type RapportBrowser } from './rapportBrowser.ts';
import { startWorld, type World } from './world.ts';

/** The cast's campaign in its middle: what the pictures show, and what screens are checked with. */
export interface Showcase {
  world: World;
  browser: RapportBrowser;
  api: OwnerApi;
  senderId: string;
  automationId: string;
  /** Of somebody to whom several things happened. */
  contactId: string;
  stop(): Promise<void>;
}

const MIDDLE_WITHIN_MS = 240_000;

/** Sets up over the API, pairs a real browser, and runs until two contacts are past the invitation. */
export async function openShowcase(): Promise<Showcase> {
  const world = await startWorld(cast);
  const closers: (() => Promise<void>)[] = [() => world.stop()];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const api = await setUpOwner(world.server());
    const senderId = await createSender(api, world);
    const listId = await importCast(api, cast);
    const browser = await openRapportBrowser(world);
    closers.push(() => browser.close());
    await browser.pair(api, senderId);
    await browser.signInToLinkedin();
    const automationId = await startAutomation(api, listId, senderId);
    await world.conductor.runUntil(
      async () => (await accepted(api, automationId)).length >= 2,
      MIDDLE_WITHIN_MS,
    );
    const contactId = must((await accepted(api, automationId))[0], 'contact who accepted');
    return { world, browser, api, senderId, automationId, contactId, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Contacts who accepted the invitation, most activity first. */
async function accepted(api: OwnerApi, automationId: string): Promise<string[]> {
  const past: { contactId: string; entries: number }[] = [];
  for (const { contactId } of await enrollments(api, automationId)) {
    const { items } = await api.call(contactRoutes.activity, {
      params: { contactId },
      query: { limit: 100 },
    });
    if (items.some(({ type }) => type === 'accepted')) past.push({ contactId, entries: items.length });
  }
  return past.sort((a, b) => b.entries - a.entries).map(({ contactId }) => contactId);
}
