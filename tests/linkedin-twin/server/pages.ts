import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { activityPage, emberActivityMain } from '../render/activity.ts';
import { emberPage } from '../render/frame.ts';
import { restrictedPage } from '../render/guest.ts';
import type { Html } from '../render/html.ts';
import { html } from '../render/html.ts';
import { networkPage, receivedPage, sentPage } from '../render/lists.ts';
import { messagingMain } from '../render/messaging.ts';
import { emberProfileMain, profilePage, unavailablePage } from '../render/profile.ts';
import type { ListRow } from '../render/views.ts';
import type { TwinPerson } from '../types.ts';
import { inbox, markRead } from '../world/messages.ts';
import { type Account, fullName, type RelationState, type World } from '../world/world.ts';
import { inviteContextOf } from './api-sdui.ts';
import { me } from './entities.ts';
import { dropConnection, faultAnswer } from './faults.ts';
import { frameOf } from './frame.ts';
import { activityView, feedView, messagingView, postView, profileView, strangers } from './page-views.ts';
import { attendeesPage, connectionsPage, membersPage, searchPage } from './pages-people.ts';
import { leadListPage, leadPage, leadSearchPage, salesHome } from './pages-sales.ts';
import { requestPath } from './request.ts';
import {
  deleteSessionCookie,
  ensureCsrfCookie,
  type Sessions,
  type TwinContext,
  visitor,
} from './session.ts';

type App = Hono<{ Bindings: HttpBindings }>;
type PageHandler = (c: TwinContext, account: Account) => Html | Response;

/** The pages of a signed-in member. */
export function memberPages(app: App, world: World, sessions: Sessions): void {
  const page = (path: string, handler: PageHandler) =>
    app.get(path, (c) => open(c, world, sessions, handler));

  app.get('/', (c) => c.redirect('/feed/'));
  for (const path of ['/feed', '/notifications']) {
    page(path, (_, account) => activityPage(frameOf(world), feedView(world, account), 'feed'));
  }
  for (const path of ['/mynetwork', '/mynetwork/grow']) {
    page(path, (_, account) => networkPage(frameOf(world), strangers(world, account).slice(0, 12)));
  }
  page('/feed/update/:urn', (c, account) => post(c, world, account, c.req.param('urn') ?? ''));
  page('/posts/:name', (c, account) => post(c, world, account, c.req.param('name') ?? ''));
  page('/in/me', (c, account) => c.redirect(`/in/${account.member.slug}/`));
  page('/in/:slug', (c, account) => profile(c, world, account));
  page('/in/:slug/overlay/contact-info', (c, account) => profile(c, world, account, true));
  page('/in/:slug/recent-activity/all', (c, account) => activity(c, world, account));
  for (const path of [
    '/mynetwork/invitation-manager/sent',
    '/mynetwork/invitation-manager/sent/CONNECTION',
  ]) {
    page(path, (_, account) =>
      sentPage(frameOf(world), rows(world, account, 'pending'), world.clock.now(), world.hydrationDelayMs),
    );
  }
  for (const path of ['/mynetwork/invitation-manager', '/mynetwork/invitation-manager/received']) {
    page(path, (_, account) => receivedPage(frameOf(world), rows(world, account, 'incoming')));
  }
  page('/mynetwork/invite-connect/connections', (_, account) => connectionsPage(world, account));
  page('/search/results/people', (c, account) => searchPage(c, world, account));
  page('/events/:id/attendees', (c, account) => attendeesPage(c, world, account));
  page('/groups/:id/members', (c, account) => membersPage(c, world, account));
  page('/sales/home', (_, account) => salesHome(world, account));
  const seat = (path: string, handler: PageHandler) =>
    page(path, (c, account) =>
      account.member.salesNavigator ? handler(c, account) : c.redirect('/sales/home'),
    );
  seat('/sales/search/people', (c, account) => leadSearchPage(c, world, account));
  seat('/sales/lists/people/:id', (c, account) => leadListPage(c, world, account));
  seat('/sales/lead/:key', (c, account) => leadPage(c, world, account));
  page('/messaging', (c, account) => {
    const newest = inbox(account)[0];
    if (newest) return c.redirect(`/messaging/thread/${newest.id}/`);
    return messagingPage(world, account, null, null);
  });
  page('/messaging/compose', (c, account) => compose(c, world, account));
  page('/messaging/thread/new', (c, account) => compose(c, world, account));
  page('/messaging/thread/:id', (c, account) => {
    const thread = account.threads.get(c.req.param('id') ?? '');
    if (!thread) return c.redirect('/404/');
    markRead(thread);
    return messagingPage(world, account, thread.profileId, null);
  });
  app.get('/preload', (c) => preloadFrame(c, world, sessions));
  for (const path of ['/preload/custom-invite', '/preload/search-custom-invite']) {
    page(path, (c, account) => preload(world, account, c.req.query('vanityName') ?? ''));
  }
}

/** Session, challenge and `page` faults come before any page; each page shown is a `page_load`. */
function open(
  c: TwinContext,
  world: World,
  sessions: Sessions,
  handler: PageHandler,
): Response | Promise<Response> {
  const who = visitor(c, world, sessions);
  const account = who.kind === 'member' ? who.account : null;
  const person = world.findPerson(c.req.param('slug') ?? '');
  world.record({
    actor: account?.member.memberId ?? null,
    kind: 'page_load',
    targetProfileId: person?.profileId ?? null,
    targetSlug: person?.slug ?? null,
    text: null,
    via: 'navigation',
    url: requestPath(c),
  });
  ensureCsrfCookie(c, world);
  const effect = world.takeFault('page', account?.member.memberId ?? null);
  const fault = effect && faultAnswer(c, effect);
  if (fault) return fault;
  if (effect === 'drop_after_effect') return dropConnection(c);
  const back = encodeURIComponent(requestPath(c));
  if (who.kind === 'guest' && who.hadCookie) {
    deleteSessionCookie(c);
    return c.redirect(`/uas/login?session_redirect=${back}`);
  }
  if (!account) return c.redirect(`/authwall?trk=gf&sessionRedirect=${back}`);
  const { challenge } = account;
  if (challenge === 'restricted') return c.html(restrictedPage(frameOf(world)).text);
  if (challenge && challenge !== 'human_check') return c.redirect('/checkpoint/challenge/AgGvSAMPLE');
  const answer = handler(c, account);
  return answer instanceof Response ? answer : c.html(answer.text);
}

function profile(c: TwinContext, world: World, account: Account, contactOpen = false): Html | Response {
  const ref = c.req.param('slug') ?? '';
  const person = world.findPerson(ref);
  if (!person || person.gone) return c.redirect('/404/');
  if (/^AC[ow]AA/.test(ref)) return c.redirect(`/in/${encodeURIComponent(person.slug)}/`);
  if (person.unavailable) return unavailablePage(frameOf(world));
  const view = profileView(world, account, person, contactOpen);
  if (person.frontEnd === 'ember') {
    const main = emberProfileMain(view);
    return emberPage(frameOf(world), {
      title: `${view.name} | LinkedIn`,
      self: self(account),
      main,
      view,
      script: null,
    });
  }
  return profilePage(frameOf(world), view, account.challenge === 'human_check');
}

function activity(c: TwinContext, world: World, account: Account): Html | Response {
  const ref = c.req.param('slug') ?? '';
  const person = world.findPerson(ref);
  if (!person || person.gone) return c.redirect('/404/');
  if (/^AC[ow]AA/.test(ref)) {
    return c.redirect(`/in/${encodeURIComponent(person.slug)}/recent-activity/all/`);
  }
  if (person.unavailable) return unavailablePage(frameOf(world));
  const view = activityView(world, account, person);
  if (person.activityFrontEnd !== 'ember') return activityPage(frameOf(world), view);
  return emberPage(frameOf(world), {
    title: `${view.labels.activity} | LinkedIn`,
    self: self(account),
    main: emberActivityMain(view),
    view,
    script: 'activity.ts',
  });
}

/** A post's own page, in either stack. */
function post(c: TwinContext, world: World, account: Account, address: string): Html | Response {
  const id = /activity[:-](\d+)/.exec(decodeURIComponent(address))?.[1] ?? '';
  const view = postView(world, account, id);
  if (!view) return c.redirect('/404/');
  const author = world.findPost(id)?.author;
  if (author?.activityFrontEnd === 'sdui') return activityPage(frameOf(world), view, 'post');
  return emberPage(frameOf(world), {
    title: `${view.labels.feedPost} | LinkedIn`,
    self: self(account),
    main: emberActivityMain(view),
    view,
    script: 'activity.ts',
  });
}

function self(account: Account) {
  return { name: fullName(account.member), me: me(account) };
}

function rows(world: World, account: Account, state: RelationState): ListRow[] {
  return [...account.relations]
    .filter(([, r]) => r.state === state)
    .flatMap(([profileId, r]) => {
      const person = world.findPerson(profileId);
      const at = (state === 'connected' ? r.connectedAt : r.invitedAt) ?? 0;
      if (!person) return [];
      const { slug, firstName, headline } = person;
      return [{ profileId, slug, firstName, headline, name: fullName(person), at, note: r.note }];
    })
    .sort((a, b) => b.at - a.at);
}

function compose(c: TwinContext, world: World, account: Account): Html {
  const ref = c.req.query('profileUrn') ?? c.req.query('recipient') ?? '';
  const person: TwinPerson | null = ref ? world.findPerson(ref.split(':').at(-1) ?? '') : null;
  return messagingPage(world, account, person?.profileId ?? null, { person });
}

function messagingPage(
  world: World,
  account: Account,
  profileId: string | null,
  composing: { person: TwinPerson | null } | null,
): Html {
  const view = messagingView(world, account, profileId, composing);
  return emberPage(frameOf(world), {
    title: `${view.labels.messaging} | LinkedIn`,
    self: self(account),
    main: messagingMain(view),
    view,
    script: 'messaging.ts',
  });
}

function preload(world: World, account: Account, slug: string): Html {
  const frame = frameOf(world);
  const view = { kind: 'preload', invite: inviteContextOf(world, account, slug), labels: frame.labels };
  return emberPage(frame, {
    title: 'LinkedIn',
    self: self(account),
    main: html``,
    view,
    script: 'preload.ts',
  });
}

/** The frame every new page carries. It is part of a page, so it is no page load of its own. */
function preloadFrame(c: TwinContext, world: World, sessions: Sessions): Response | Promise<Response> {
  const who = visitor(c, world, sessions);
  if (who.kind !== 'member') return c.html('<!doctype html><title>LinkedIn</title>');
  const frame = frameOf(world);
  const view = { kind: 'preload', invite: null, labels: frame.labels };
  const page = { title: 'LinkedIn', self: self(who.account), main: html``, nav: false };
  return c.html(emberPage(frame, { ...page, view, script: 'preload.ts' }).text);
}
