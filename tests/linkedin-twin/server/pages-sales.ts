import { labels } from '../labels/index.ts';
import { emberPage } from '../render/frame.ts';
import type { Html } from '../render/html.ts';
import { leadMain, leadsMain, noSeatMain } from '../render/sales.ts';
import type { LeadsView, LeadView } from '../render/views.ts';
import type { TwinPerson } from '../types.ts';
import { circleOf, peopleOf } from '../world/directory.ts';
import { messageTerms } from '../world/messages.ts';
import { type Account, fullName, type World } from '../world/world.ts';
import { leadsOf, salesKey } from './api-sales.ts';
import { me } from './entities.ts';
import { frameOf } from './frame.ts';
import { personRow } from './pages-people.ts';
import type { TwinContext } from './session.ts';

const PER_PAGE = 25;

/** A lead search; `query` is Sales Navigator's own, `savedSearchId` a saved one. */
export function leadSearchPage(c: TwinContext, world: World, account: Account): Html {
  return leadsPage(c, world, account, labels[world.locale].salesSearchTitle, leadsOf(world, account, c));
}

export function leadListPage(c: TwinContext, world: World, account: Account): Html | Response {
  const list = circleOf(world, 'sales_list', c.req.param('id') ?? '');
  if (!list) return c.redirect('/sales/home');
  return leadsPage(c, world, account, list.name, peopleOf(world, account, list));
}

function leadsPage(
  c: TwinContext,
  world: World,
  account: Account,
  title: string,
  people: TwinPerson[],
): Html {
  const page = Math.max(1, Number(c.req.query('page') ?? 1) || 1);
  const view: LeadsView = {
    kind: 'leads',
    rows: people.slice((page - 1) * PER_PAGE, page * PER_PAGE).map((p) => leadRow(world, account, p)),
    page,
    pages: Math.max(1, Math.ceil(people.length / PER_PAGE)),
    labels: labels[world.locale],
  };
  return salesPage(world, account, title, leadsMain(view, title, people.length), view);
}

export function leadPage(c: TwinContext, world: World, account: Account): Html | Response {
  const person = world.findPerson((c.req.param('key') ?? '').split(',')[0] ?? '');
  if (!person || person.gone) return c.redirect('/404/');
  const view: LeadView = {
    kind: 'lead',
    lead: leadRow(world, account, person),
    terms: messageTerms(world, account, person),
    credits: account.inmailCredits,
    labels: labels[world.locale],
  };
  return salesPage(world, account, `${view.lead.name} | Sales Navigator`, leadMain(view), view);
}

export function salesHome(world: World, account: Account): Html {
  const main = account.member.salesNavigator
    ? leadsMain(
        { kind: 'leads', rows: [], page: 1, pages: 1, labels: labels[world.locale] },
        'Sales Navigator',
        0,
      )
    : noSeatMain(labels[world.locale]);
  return salesPage(world, account, 'Sales Navigator', main, null);
}

function leadRow(world: World, account: Account, person: TwinPerson) {
  return { ...personRow(world, account, person), key: salesKey(person) };
}

function salesPage(world: World, account: Account, title: string, main: Html, view: unknown): Html {
  return emberPage(frameOf(world), {
    title,
    self: { name: fullName(account.member), me: me(account) },
    main,
    view,
    script: view === null ? null : 'sales.ts',
  });
}
