import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkPublicUrl, selfTestProof } from '../../companion-server/email/publicUrl.ts';
import {
  createUnsubscribeToken,
  readUnsubscribeToken,
} from '../../companion-server/email/unsubscribeToken.ts';
import { signal } from './support.ts';

const claim = { workspaceId: 'w1', contactId: 'c1', taskId: 't1', recipientHash: null };

describe('unsubscribe token', () => {
  const key = randomBytes(32);
  const newKey = randomBytes(32);

  it('says whom it unsubscribes, also after the key was rotated', () => {
    const token = createUnsubscribeToken(claim, key);
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(readUnsubscribeToken(token, [newKey, key])).toEqual(claim);
    const other = { ...claim, taskId: null, recipientHash: 'hash' };
    expect(readUnsubscribeToken(createUnsubscribeToken(other, key), [key])).toEqual(other);
  });

  it('is read as emails of before carried it, without the hash of the address', () => {
    const payload = Buffer.from(JSON.stringify(['w1', 'c1', 't1'])).toString('base64url');
    const mac = createHmac('sha256', key).update(`rapport:unsubscribe:1:${payload}`).digest('base64url');
    expect(readUnsubscribeToken(`${payload}.${mac}`, [key])).toEqual(claim);
  });

  it('believes nothing it did not sign for this purpose', () => {
    const token = createUnsubscribeToken(claim, key);
    const [payload = '', mac = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify(['w1', 'c2', 't1'])).toString('base64url');
    const otherPurpose = createHmac('sha256', key).update(payload).digest('base64url');
    for (const bad of ['', '.', payload, `${other}.${mac}`, `${payload}.${otherPurpose}`, `${token}.x`])
      expect(readUnsubscribeToken(bad, [key]), bad).toBeNull();
    expect(readUnsubscribeToken(token, [newKey])).toBeNull();
    expect(readUnsubscribeToken(token, [])).toBeNull();
  });
});

describe('checkPublicUrl', () => {
  const asked: string[] = [];
  const answering = (answer: () => Response): typeof fetch => {
    return async (url) => {
      asked.push(String(url));
      return answer();
    };
  };
  const key = new Uint8Array(32).fill(7);
  const own = { nonce: 'n1', key };
  const echo = answering(() => Response.json({ proof: selfTestProof('n1', key) }));

  it('accepts an address that reaches this server', async () => {
    const result = await checkPublicUrl('https://rapport.example.com/app/', echo, own, signal);
    expect(result).toEqual({ ok: true, value: 'https://rapport.example.com/app' });
    expect(asked.at(-1)).toBe('https://rapport.example.com/app/self-test/n1');
  });

  it.each([
    [null, 'missing'],
    ['rapport', 'not_a_url'],
    ['http://rapport.example.com', 'not_https'],
    ['https://localhost:8080', 'loopback'],
    ['http://127.0.0.1:8080', 'loopback'],
    ['http://[::1]:8080', 'loopback'],
  ])('refuses %s as %s', async (url, code) => {
    const result = await checkPublicUrl(url, echo, own, signal);
    expect(result).toMatchObject({
      ok: false,
      error: { code, sentence: expect.any(String), whatToDo: expect.any(String) },
    });
  });

  it('allows loopback only where the demo asks for it', async () => {
    const options = { allowLoopback: true };
    expect(await checkPublicUrl('http://127.0.0.1:8080', echo, own, signal, options)).toEqual({
      ok: true,
      value: 'http://127.0.0.1:8080',
    });
  });

  it.each([
    ['unreachable', () => Promise.reject(new TypeError('fetch failed'))],
    ['redirects', answering(() => new Response(null, { status: 302, headers: { location: '/' } }))],
    ['wrong_answer', answering(() => new Response('<h1>Welcome</h1>'))],
    ['wrong_answer', answering(() => Response.json({ proof: selfTestProof('n1', new Uint8Array(32)) }))],
    ['wrong_answer', answering(() => Response.json({ proof: selfTestProof('n1', key) }, { status: 500 }))],
  ] as [string, typeof fetch][])('says when the answer is %s', async (code, fetch) => {
    const result = await checkPublicUrl('https://rapport.example.com', fetch, own, signal);
    expect(result).toMatchObject({ ok: false, error: { code } });
  });
});
