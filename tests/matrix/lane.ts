import { connect, createServer, type Server } from 'node:net';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { person, rep } from '../dom/support/twin.ts';
import { type LedgerEntry, startTwin, type Twin, type TwinMember } from '../linkedin-twin/index.ts';

/** Another rep who may be signed in instead. */
const stranger: TwinMember = {
  ...rep,
  email: 'sasha@example.test',
  memberId: '100000009',
  profileId: 'ACoAAASASHA',
  slug: 'sasha-example',
};

/** People who must never be touched: they stand in rails and lists beside everybody. */
const decoys = ['casey-field', 'rowan-lund', 'noor-vale'].map((slug, i) => ({
  ...person(`9${i}`),
  slug,
  firstName: slug.split('-')[0] ?? '',
  lastName: slug.split('-')[1] ?? '',
}));

/** A simulated LinkedIn of its own with a tab of its own: cases in other lanes cannot disturb it. */
export interface Lane {
  twin: Twin;
  page: Page;
  context: BrowserContext;
  /**
   * Signs in anew as the rep (or as somebody else) and puts LinkedIn back to its healthy state, on an empty page: one that
   * still goes to the check it met would lead the next case away.
   */
  reset(who?: 'rep' | 'stranger'): Promise<void>;
  close(): Promise<void>;
}

export async function openLane(browser: Browser): Promise<Lane> {
  const twin = await startTwin({ people: decoys, members: [rep, stranger] });
  const proxy = await startProxy(twin.port);
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    bypassCSP: true,
    proxy: { server: `http://127.0.0.1:${portOf(proxy)}` },
  });
  const lane: Lane = {
    twin,
    page: await context.newPage(),
    context,
    async reset(who = 'rep') {
      const { control } = twin;
      await empty(lane.page);
      control.clearFaults();
      control.watchClicks(true);
      control.rotateQueryIds(true);
      control.setLocale('en');
      control.setHydrationDelay(100);
      control.requireChallenge(rep.memberId, null);
      control.setSendMode(rep.memberId, 'click');
      control.setQuota(rep.memberId, {
        notesLeft: 5,
        weeklyInvitesLeft: 100,
        weeklyWarnAt: 0,
        invitesRestricted: false,
        inmailCredits: 5,
      });
      await context.clearCookies();
      const value = twin.openSession(who === 'rep' ? rep.memberId : stranger.memberId);
      const cookie = { name: 'li_at', value, domain: 'www.linkedin.com', path: '/', secure: true };
      await context.addCookies([{ ...cookie, httpOnly: true, sameSite: 'None' }]);
    },
    async close() {
      await context.close();
      await twin.stop();
      proxy.close();
    },
  };
  return lane;
}

/** Leaves whatever the tab shows; again where that page was just going somewhere itself. */
async function empty(page: Page): Promise<void> {
  for (let left = 5; ; left--) {
    try {
      await page.goto('about:blank');
      return;
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}

/** What LinkedIn did, apart from showing pages. */
export function effectsSince(twin: Twin, seq: number): LedgerEntry[] {
  const passive = new Set(['page_load', 'login', 'login_refused', 'logout']);
  return twin.ledger().filter((entry) => entry.seq > seq && !passive.has(entry.kind));
}

/** Leads whatever the tab asks for to one twin, as host rules would for the whole browser. */
function startProxy(port: number): Promise<Server> {
  const server = createServer((client) => {
    client.once('data', () => {
      const upstream = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(upstream).pipe(client);
      });
      for (const end of [client, upstream]) {
        end.on('error', () => {
          client.destroy();
          upstream.destroy();
        });
      }
    });
    client.on('error', () => client.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the proxy has no port');
  return address.port;
}
