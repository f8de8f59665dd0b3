import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { runCommand, twinCommand } from '../control.ts';
import { consolePage } from '../render/console.ts';
import { twinClick } from '../types.ts';
import { nextEventAt } from '../world/events.ts';
import { fullName, type World } from '../world/world.ts';
import { currentQueryIds } from './query-ids.ts';
import { parsedBody } from './request.ts';
import type { Sessions } from './session.ts';

/** What only the twin has: its state, its levers and a page to play with them. */
export function twinRoutes(app: Hono<{ Bindings: HttpBindings }>, world: World, sessions: Sessions): void {
  app.get('/__twin', (c) => c.html(consolePage().text));
  app.get('/__twin/blank', (c) => c.html('<!doctype html><title>-</title>'));
  app.get('/__twin/ledger', (c) => c.json(world.ledger));
  app.get('/__twin/state', (c) => c.json(stateOf(world)));
  app.post('/__twin/click', async (c) => {
    const click = await parsedBody(c, twinClick);
    if (click) world.clicks.push(click);
    return c.body(null, click ? 204 : 400);
  });
  app.post('/__twin/control', async (c) => {
    const command = await parsedBody(c, twinCommand);
    if (!command) return c.json({ error: 'not a command of the twin' }, 400);
    try {
      runCommand(world, sessions, command);
    } catch (error) {
      return c.json({ error: error instanceof Error ? error.message : 'failed' }, 404);
    }
    return c.json(stateOf(world));
  });
}

function stateOf(world: World) {
  const next = nextEventAt(world);
  return {
    now: world.clock.now(),
    clockOffsetMs: world.clock.offset(),
    nextEventAt: next,
    locale: world.locale,
    build: world.build,
    queryIds: currentQueryIds(world),
    hydrationDelayMs: world.hydrationDelayMs,
    members: [...world.accounts.values()].map((a) => ({
      memberId: a.member.memberId,
      name: fullName(a.member),
      challenge: a.challenge,
      notesLeft: a.member.premium ? null : world.notesLeft(a),
      inmailCredits: a.inmailCredits,
      weeklyInvitesLeft: world.weeklyLeft(a),
      searchPagesLeft: world.searchPagesLeft(a),
      relations: [...a.relations].map(([profileId, r]) => ({
        profileId,
        slug: world.findPerson(profileId)?.slug ?? null,
        state: r.state,
      })),
    })),
    circles: world.circles.map(({ kind, id, name }) => ({ kind, id, name })),
    people: [...world.people.values()].map((p) => ({
      profileId: p.profileId,
      slug: p.slug,
      name: fullName(p),
      connectPlacement: p.connectPlacement,
      gone: p.gone ?? false,
    })),
  };
}
