import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { authwallPage, challengePage, type LoginError, loginPage, notFoundPage } from '../render/guest.ts';
import type { World } from '../world/world.ts';
import { frameOf } from './frame.ts';
import { requestPath } from './request.ts';
import {
  csrfCookie,
  deleteSessionCookie,
  ensureCsrfCookie,
  type Sessions,
  setSessionCookies,
  type TwinContext,
  visitor,
} from './session.ts';

type App = Hono<{ Bindings: HttpBindings }>;

/** Only paths of this site, never another host. */
function safeBack(raw: string | undefined): string {
  try {
    const url = new URL(raw ?? '/feed/', 'https://www.linkedin.com');
    return url.hostname === 'www.linkedin.com' && url.pathname !== '/' ? url.pathname + url.search : '/feed/';
  } catch {
    return '/feed/';
  }
}

/** Login, logout, challenges and the pages for people who are not signed in. */
export function guestRoutes(app: App, world: World, sessions: Sessions): void {
  for (const path of ['/login', '/uas/login', '/checkpoint/lg/login', '/m/login/']) {
    app.get(path, (c) => showLogin(c, world, '', null));
  }
  app.post('/checkpoint/lg/login-submit', (c) => submitLogin(c, world, sessions));
  app.get('/checkpoint/lg/login-submit', (c) => c.redirect('/login'));
  for (const path of ['/authwall', '/signup/cold-join']) {
    app.get(path, (c) => {
      ensureCsrfCookie(c, world);
      return c.html(authwallPage(frameOf(world)).text);
    });
  }
  for (const path of ['/404', '/404/']) app.get(path, (c) => c.html(notFoundPage(frameOf(world)).text, 404));
  for (const path of ['/uas/logout', '/m/logout/']) app.get(path, (c) => logout(c, world, sessions));
  challengeRoutes(app, world, sessions);
}

function showLogin(c: TwinContext, world: World, email: string, error: LoginError): Response {
  const csrf = ensureCsrfCookie(c, world);
  const back = safeBack(c.req.query('session_redirect'));
  return c.html(loginPage(frameOf(world), csrf, back, email, error).text) as Response;
}

async function submitLogin(c: TwinContext, world: World, sessions: Sessions): Promise<Response> {
  const form = await c.req.parseBody();
  const text = (name: string) => (typeof form[name] === 'string' ? form[name] : '');
  // Two tabs opened at once get a token each, and the browser keeps the cookie that came last: either form is good.
  if (!csrfCookie(c) || !world.csrfTokens.has(text('csrfToken'))) return c.text('CSRF check failed.', 403);
  const email = text('session_key').trim().toLowerCase();
  const account = [...world.accounts.values()].find((a) => a.member.email.toLowerCase() === email);
  const url = requestPath(c);
  if (!account || account.member.password !== text('session_password')) {
    world.record({
      actor: account?.member.memberId ?? null,
      kind: 'login_refused',
      targetProfileId: null,
      targetSlug: null,
      text: null,
      via: 'form',
      url,
    });
    return showLogin(c, world, email, account ? 'password' : 'username');
  }
  setSessionCookies(c, sessions.open(world, account.member.memberId));
  world.record({
    actor: account.member.memberId,
    kind: 'login',
    targetProfileId: null,
    targetSlug: null,
    text: null,
    via: 'form',
    url,
  });
  return c.redirect(safeBack(text('session_redirect')), 303);
}

function logout(c: TwinContext, world: World, sessions: Sessions): Response {
  const who = visitor(c, world, sessions);
  const token = getCookie(c, 'li_at');
  if (token) sessions.closeToken(token);
  if (who.kind === 'member') {
    world.record({
      actor: who.account.member.memberId,
      kind: 'logout',
      targetProfileId: null,
      targetSlug: null,
      text: null,
      via: 'navigation',
      url: requestPath(c),
    });
  }
  deleteSessionCookie(c);
  return c.redirect('/login');
}

function challengeRoutes(app: App, world: World, sessions: Sessions): void {
  const show = (c: TwinContext, refused: 'wrong' | 'expired' | null): Response => {
    const who = visitor(c, world, sessions);
    if (who.kind !== 'member') return c.redirect('/login');
    const { challenge } = who.account;
    if (challenge === null || challenge === 'human_check' || challenge === 'restricted') {
      return c.redirect('/feed/');
    }
    return c.html(challengePage(frameOf(world), challenge, refused).text) as Response;
  };
  app.get('/checkpoint/challenge/status', (c) => {
    const who = visitor(c, world, sessions);
    return c.json({ approved: who.kind === 'member' && who.account.challenge === null });
  });
  app.get('/checkpoint/challenge/:token', (c) => show(c, null));
  app.post('/checkpoint/challenge/verify', async (c) => {
    const who = visitor(c, world, sessions);
    if (who.kind !== 'member') return c.redirect('/login');
    const form = await c.req.parseBody();
    const { challenge } = who.account;
    const pin = typeof form.pin === 'string' ? form.pin.trim() : '';
    const solved = challenge === 'captcha' || (challenge !== 'app_approval' && /^\d{5}6$/.test(pin));
    if (!solved) return show(c, /^\d{5}9$/.test(pin) ? 'expired' : 'wrong');
    who.account.challenge = null;
    return c.redirect('/feed/', 303);
  });
}
