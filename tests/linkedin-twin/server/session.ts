import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Account, World } from '../world/world.ts';

export type TwinContext = Context<{ Bindings: HttpBindings }>;

/** Who is logged in where: `li_at` cookie values. An expired session is known but no longer good. */
export class Sessions {
  private readonly byToken = new Map<string, { memberId: string; expired: boolean }>();

  open(world: World, memberId: string): string {
    const token = `AQED${world.newId('session')}`;
    this.byToken.set(token, { memberId, expired: false });
    return token;
  }

  find(token: string | undefined): { memberId: string; expired: boolean } | null {
    return (token && this.byToken.get(token)) || null;
  }

  close(memberId: string): void {
    for (const [token, s] of this.byToken) if (s.memberId === memberId) this.byToken.delete(token);
  }

  closeToken(token: string): void {
    this.byToken.delete(token);
  }

  expire(memberId: string): void {
    for (const session of this.byToken.values()) if (session.memberId === memberId) session.expired = true;
  }
}

export type Visitor =
  | { kind: 'guest'; hadCookie: boolean }
  | { kind: 'expired' }
  | { kind: 'member'; account: Account };

export function visitor(c: TwinContext, world: World, sessions: Sessions): Visitor {
  const token = getCookie(c, 'li_at');
  const session = sessions.find(token);
  if (!session) return { kind: 'guest', hadCookie: token !== undefined && token !== 'delete me' };
  if (session.expired) return { kind: 'expired' };
  const account = world.accounts.get(session.memberId);
  return account ? { kind: 'member', account } : { kind: 'guest', hadCookie: true };
}

// Written by hand: JSESSIONID keeps its quotes and `li_at` its blank, which cookie helpers would encode.
export function setSessionCookies(c: TwinContext, token: string): void {
  c.header('set-cookie', `li_at=${token}; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=None`, {
    append: true,
  });
}

export function deleteSessionCookie(c: TwinContext): void {
  c.header('set-cookie', 'li_at=delete me; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None', {
    append: true,
  });
}

/** Every page hands out a JSESSIONID; its value without quotes is the csrf token. */
export function ensureCsrfCookie(c: TwinContext, world: World): string {
  const existing = csrfCookie(c);
  if (existing) return existing;
  const digits = BigInt(`0x${Buffer.from(world.newId('csrf')).toString('hex').slice(0, 15)}`);
  const value = `ajax:${digits.toString().padStart(19, '0').slice(-19)}`;
  world.csrfTokens.add(value);
  c.header('set-cookie', `JSESSIONID="${value}"; Path=/; Max-Age=7776000; Secure; SameSite=None`, {
    append: true,
  });
  return value;
}

export function csrfCookie(c: TwinContext): string | null {
  const match = /(?:^|;\s*)JSESSIONID="?([^";]+)"?/.exec(c.req.header('cookie') ?? '');
  return match?.[1] ?? null;
}
