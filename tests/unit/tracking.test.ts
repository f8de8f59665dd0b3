import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createTrackingToken,
  isScan,
  machineSign,
  readTrackingToken,
} from '../../companion-server/email/tracking.ts';
import { createUnsubscribeToken } from '../../companion-server/email/unsubscribeToken.ts';

const key = randomBytes(32);
const claim = { workspaceId: 'w1', taskId: 't1', link: { index: 2, url: 'https://example.com/a?b=ü&c=1' } };

describe('tracking token', () => {
  it('says which email and where the link leads', () => {
    expect(readTrackingToken(createTrackingToken(claim, key), key)).toEqual(claim);
    const open = { ...claim, link: null };
    expect(readTrackingToken(createTrackingToken(open, key), key)).toEqual(open);
  });

  it('leads nowhere that was not signed: no open redirect', () => {
    const [payload = '', mac = ''] = createTrackingToken(claim, key).split('.');
    const elsewhere = Buffer.from(JSON.stringify(['w1', 't1', 2, 'https://evil.test'])).toString('base64url');
    const otherPurpose = createHmac('sha256', key).update(payload).digest('base64url');
    const optOut = createUnsubscribeToken(
      { workspaceId: 'w1', contactId: 'c1', taskId: 't1', recipientHash: null },
      key,
    );
    for (const bad of [
      '',
      '.',
      payload,
      `${elsewhere}.${mac}`,
      `${payload}.${otherPurpose}`,
      optOut,
      `${payload}.${mac}.x`,
    ])
      expect(readTrackingToken(bad, key), bad).toBeNull();
    expect(readTrackingToken(createTrackingToken(claim, randomBytes(32)), key)).toBeNull();
  });

  it('signs no address that is no page', () => {
    const bad = createTrackingToken({ ...claim, link: { index: 0, url: 'javascript:alert(1)' } }, key);
    expect(readTrackingToken(bad, key)).toBeNull();
  });
});

const browser =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

describe('requests by machines', () => {
  it.each([
    ['GET', browser, 60_000, null],
    ['GET', browser, null, null],
    [
      'GET',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
      60_000,
      null,
    ],
    ['GET', browser, 900, 'at_once'],
    ['HEAD', browser, 60_000, 'head'],
    ['GET', '', 60_000, 'no_agent'],
    ['GET', 'Mozilla/5.0', 60_000, 'known_agent'],
    [
      'GET',
      'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
      60_000,
      null,
    ],
    [
      'GET',
      'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
      900,
      'at_once',
    ],
    [
      'GET',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0',
      60_000,
      'known_agent',
    ],
    [
      'GET',
      'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html',
      60_000,
      'known_agent',
    ],
    ['GET', 'Mozilla/5.0 (compatible; Googlebot/2.1)', 60_000, 'known_agent'],
    ['GET', 'python-requests/2.32', 60_000, 'known_agent'],
    ['GET', 'Barracuda Sentinel (EE)', 60_000, 'known_agent'],
  ] as const)('%s by "%s" after %s ms: %s', (method, userAgent, afterMs, sign) => {
    expect(machineSign({ method, userAgent, afterMs })).toBe(sign);
  });

  it('takes all links within seconds for a scan, the same link twice for a person', () => {
    const at = 1_000_000;
    expect(isScan({ link: 0, at }, [{ link: 1, at: at + 2_000 }])).toBe(true);
    expect(isScan({ link: 0, at }, [{ link: 0, at: at + 100 }])).toBe(false);
    expect(isScan({ link: 0, at }, [{ link: 1, at: at + 60_000 }])).toBe(false);
  });
});
