import type { Browser, BrowserContext, Page } from '@playwright/test';
import { stepUrl } from '#linkedin/index.ts';
import type {
  ActResult,
  LinkedinStep,
  LinkedinTarget,
  PrepareResult,
  VerifyResult,
} from '#shared/protocol/linkedin.ts';
import {
  type LedgerEntry,
  startTwin,
  type Twin,
  type TwinMember,
  type TwinPerson,
} from '../../linkedin-twin/index.ts';
import { call } from './call.ts';
import { launch } from './fixtures.ts';

export const rep: TwinMember = {
  email: 'robin@example.test',
  password: 'correct horse',
  memberId: '100000001',
  profileId: 'ACoAAAROBIN',
  slug: 'robin-example',
  firstName: 'Robin',
  lastName: 'Example',
  premium: false,
};

const DECOYS: TwinPerson[] = ['casey-field', 'rowan-lund'].map((slug, i) => ({
  ...person(`9${i}`),
  slug,
  firstName: slug.split('-')[0] ?? '',
  lastName: slug.split('-')[1] ?? '',
}));

/** A new person; the number makes every id unique. */
export function person(number: string, change: Partial<TwinPerson> = {}): TwinPerson {
  return {
    memberId: `2000${number}`,
    profileId: `ACoAAAPERSON${number}`,
    slug: `lena-voss-${number}`,
    firstName: 'Lena',
    lastName: `Voss ${number}`,
    headline: 'Operations lead at Norden Freight',
    company: 'Norden Freight',
    location: 'Aarhus, Denmark',
    connectPlacement: 'row',
    degree: 2,
    ...change,
  };
}

/** The person as a contact that an earlier visit has bound. */
export function targetOf(someone: TwinPerson, change: Partial<LinkedinTarget> = {}): LinkedinTarget {
  return {
    slug: someone.slug,
    profileId: someone.profileId,
    memberId: someone.memberId,
    name: `${someone.firstName} ${someone.lastName}`,
    company: someone.company,
    ...change,
  };
}

export interface World {
  twin: Twin;
  browser: Browser;
  context: BrowserContext;
  close(): Promise<void>;
}

/** One twin, one browser, one logged-in rep. */
export async function openWorld(member: TwinMember = rep): Promise<World> {
  const twin = await startTwin({ people: DECOYS, members: [member] });
  const browser = await launch(twin.chromiumArgs);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true });
  await logIn(context, member);
  return {
    twin,
    browser,
    context,
    async close() {
      await browser.close();
      await twin.stop();
    },
  };
}

/** Logs in by LinkedIn's own form. */
export async function logIn(context: BrowserContext, member: TwinMember = rep): Promise<void> {
  const page = await context.newPage();
  await page.goto('https://www.linkedin.com/login');
  await page.fill('input[name=session_key]', member.email);
  await page.fill('input[name=session_password]', member.password);
  await Promise.all([page.waitForURL('**/feed/**'), page.click('button[type=submit]')]);
  await page.close();
}

let steps = 0;

export function stepFor(
  kind: LinkedinStep['kind'],
  target: LinkedinTarget,
  change: Partial<LinkedinStep> = {},
): LinkedinStep {
  steps += 1;
  const text = ['message', 'inmail', 'group_message'].includes(kind)
    ? `Hello ${target.name}, step ${steps}.`
    : null;
  return {
    taskId: `task-${steps}`,
    fence: 1,
    kind,
    target,
    text,
    subject: null,
    inmailPolicy: null,
    circle: null,
    whenNoNote: null,
    expectedMemberId: rep.memberId,
    ...change,
  };
}

export interface Run {
  prepared: PrepareResult;
  acted: ActResult | null;
  verified: VerifyResult | null;
}

/** Runs a step as the runner does: open the page, prepare, act once, read back. */
export async function runStep(
  page: Page,
  step: LinkedinStep,
  between?: (page: Page) => Promise<void> | void,
): Promise<Run> {
  await page.goto(stepUrl(step), { waitUntil: 'domcontentloaded' });
  const prepared = await call(page, 'prepare', step);
  if (prepared.outcome !== 'ready') return { prepared, acted: null, verified: null };
  await between?.(page);
  const acted = await call(page, 'act', step);
  if (acted.outcome !== 'clicked') return { prepared, acted, verified: null };
  return { prepared, acted, verified: await verifyAnywhere(page, step, prepared.baseline) };
}

/** How a run ended: an outcome, a reason, or a code with its effect. */
export function endOf({ prepared, acted, verified }: Run): string {
  if (prepared.outcome === 'closed') return prepared.reason;
  if (prepared.outcome === 'failed') return `${prepared.failure.code} ${prepared.failure.effect}`;
  if (acted?.outcome === 'failed') return `${acted.failure.code} ${acted.failure.effect}`;
  if (verified?.outcome === 'refused') return `${verified.failure.code} ${verified.failure.effect}`;
  return String(verified?.outcome);
}

/** Reads back; where LinkedIn left the page meanwhile, again in the page it went to, as the runner does. */
async function verifyAnywhere(page: Page, step: LinkedinStep, baseline: string): Promise<VerifyResult> {
  for (let left = 5; ; left--) {
    try {
      return await call(page, 'verify', step, baseline);
    } catch (error) {
      const moved = error instanceof Error && error.message.includes('context was destroyed');
      if (!moved || left === 0) throw error;
      await page.waitForLoadState('load');
    }
  }
}

/** What LinkedIn did to people, out of its ledger. */
export function effects(ledger: readonly LedgerEntry[]): string[] {
  const passive = new Set(['page_load', 'login', 'login_refused', 'logout']);
  return ledger
    .filter((entry) => !passive.has(entry.kind))
    .map((entry) => `${entry.kind} ${entry.targetSlug ?? '?'} ${entry.text ?? '-'}`);
}

/** From the `at`-th time that the page asks who is signed in, LinkedIn names somebody else. */
export async function signInElsewhere(page: Page, at: number): Promise<void> {
  let asked = 0;
  const profile = {
    $type: 'com.linkedin.voyager.identity.shared.MiniProfile',
    dashEntityUrn: 'urn:li:fsd_profile:ACoAAOTHER',
    objectUrn: 'urn:li:member:300000001',
    publicIdentifier: 'olof-lund',
    firstName: 'Olof',
    lastName: 'Lund',
  };
  await page.route('**/voyager/api/me', (route) => {
    asked += 1;
    if (asked < at) return route.continue();
    return route.fulfill({ json: { data: { plainId: 300000001 }, included: [profile] } });
  });
}

/** What a page sees of a hidden tab: it says so, and gets no intersections. */
export function hide(tab: Page): Promise<unknown> {
  return tab.addInitScript(() => {
    Object.defineProperty(Document.prototype, 'hidden', { get: () => true });
    Reflect.set(
      window,
      'IntersectionObserver',
      class {
        observe() {}
        unobserve() {}
      },
    );
  });
}
