import * as linkedin from '#linkedin/index.ts';
import type { ListRequest } from '#linkedin/lists/read.ts';
import { readComposer, shownMessages, whyNotRecipient } from '#linkedin/pages/composer.ts';
import { readInviteDialog } from '#linkedin/pages/inviteDialog.ts';
import { menuConnect, readTopCard, rowConnect, shownRelation } from '#linkedin/pages/profile.ts';
import { labelsOf } from '#linkedin/selectors/labels/index.ts';
import { systemClock, systemTimers } from '#shared/kernel/clock.ts';
import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';

/** What the tests call inside a page: the same code as in the extension, with the page's own environment. */
const deadlines = { page: 4_000, open: 3_000, verify: 3_000, request: 8_000 };
const env: linkedin.PageEnv = {
  window,
  document,
  fetch: window.fetch.bind(window),
  clock: systemClock,
  timers: systemTimers,
  deadlines,
};

const seconds = (count: number) => AbortSignal.timeout(count * 1_000);

function card() {
  return readTopCard(env);
}

const api = {
  waitUpTo(ms: number) {
    deadlines.open = ms;
  },
  detectSession: () => linkedin.detectSession(env),
  readSession: () => linkedin.readSession(env, seconds(10)),
  prepare: (step: LinkedinStep) => linkedin.prepare(env, step, seconds(30)),
  /** Broken off by the first click on anything. */
  prepareUntilClick(step: LinkedinStep) {
    const stop = new AbortController();
    document.addEventListener('click', () => stop.abort(), { capture: true, once: true });
    return linkedin.prepare(env, step, stop.signal);
  },
  whyNotMember: (step: LinkedinStep) => linkedin.whyNotMember(env, step, seconds(10)),
  whyNotSignedIn: (member: string | null) => linkedin.whyNotSignedIn(env, member, seconds(10)),
  leave: (step: LinkedinStep) => linkedin.leave(env, step, seconds(10)),
  act: (step: LinkedinStep) => linkedin.act(env, step, seconds(10)),
  verify: (step: LinkedinStep, baseline: string) => linkedin.verify(env, step, baseline, seconds(20)),
  readAcceptances: (since: number, member: string | null = null) =>
    linkedin.readAcceptances(env, member, since, seconds(10)),
  readInbound: (since: number, known: string[] | null, member: string | null = null) =>
    linkedin.readInbound(env, member, since, known && new Set(known), seconds(10)),
  readSentInvitations: (member: string | null = null) =>
    linkedin.readSentInvitations(env, member, seconds(10)),
  readListPage: (request: ListRequest) => linkedin.readListPage(env, request, seconds(20)),
  readRelation: (target: LinkedinTarget) => linkedin.readRelation(env, target, seconds(10)),
  /** Visible matches of a catalogue entry in the whole page or in the top card. */
  count(key: keyof linkedin.Catalogue['entries']): number {
    const { css, scope } = linkedin.shippedCatalogue.entries[key];
    const within = scope === 'top_card' ? card()?.element : document;
    return [...(within?.querySelectorAll(css) ?? [])].filter((found) => found.checkVisibility()).length;
  },
  /** The same of every entry. */
  counts: (): Record<string, number> =>
    Object.fromEntries(
      Object.keys(linkedin.shippedCatalogue.entries).map((key) => [
        key,
        api.count(key as keyof linkedin.Catalogue['entries']),
      ]),
    ),
  layout: () => linkedin.checkLayout(env),
  parsesCatalogue: (change: Record<string, unknown>) =>
    linkedin.parseCatalogue({ ...linkedin.shippedCatalogue, ...change }, document).ok,
  /** From now on this page works with a catalogue as the server sends it; false: it was refused. */
  useCatalogue(update: unknown): boolean {
    const parsed = linkedin.parseCatalogue(update, document);
    env.catalogue = parsed.ok ? parsed.value : undefined;
    return parsed.ok;
  },
  topCard() {
    const found = card();
    return found && { ...found, element: found.element.tagName };
  },
  shownRelation() {
    const found = card();
    return found && shownRelation(env, found, labelsOf(env));
  },
  connectHref() {
    const found = card();
    const link = found && (rowConnect(env, found) ?? menuConnect(env, found));
    return link?.getAttribute('href') ?? null;
  },
  inviteStep() {
    const labels = labelsOf(env);
    const found = labels && readInviteDialog(env, labels);
    if (!found) return null;
    return { step: found.step, limit: found.step === 'note' ? found.limit : null };
  },
  composer(target: LinkedinTarget) {
    const found = readComposer(env, 'page');
    if (!found) return null;
    const messages = shownMessages(env, found.pane);
    return {
      enterSends: found.enterSends,
      why: whyNotRecipient(env, found.pane, target),
      inbound: messages.map((message) => message.inbound),
    };
  },
};

export type PageApi = typeof api;

Object.assign(window, { rapport: api });
