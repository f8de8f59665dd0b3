import type { Account, World } from '../world/world.ts';
import { dropConnection, faultAnswer } from './faults.ts';
import { csrfCookie, deleteSessionCookie, type Sessions, type TwinContext, visitor } from './session.ts';

const NORMALIZED = 'application/vnd.linkedin.normalized+json+2.1; charset=UTF-8';

/** An answer in LinkedIn's flat format: `data` plus `included`. */
export function normalized(c: TwinContext, data: unknown, included: unknown[] = [], status = 200): Response {
  return c.body(JSON.stringify({ data, included }), status as 200, { 'content-type': NORMALIZED });
}

export function apiError(c: TwinContext, status: number, code: string): Response {
  return normalized(c, { code, status }, [], status);
}

/** The answer with the fields called otherwise that a deploy renamed. */
async function renamed(world: World, answer: Response): Promise<Response> {
  if (world.renamed.length === 0 || !answer.headers.get('content-type')?.includes('json')) return answer;
  const text = JSON.stringify(await answer.json(), (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const fields = Object.entries(value);
    const type = String(new Map(fields).get('$type')).split('.').pop();
    const named = world.renamed.filter(({ of }) => of === null || of === type).map(({ field }) => field);
    return Object.fromEntries(fields.map(([key, each]) => [named.includes(key) ? `${key}V2` : key, each]));
  });
  return new Response(text, { status: answer.status, headers: answer.headers });
}

/** A handler for a logged-in member whose csrf token is right. */
export type ApiHandler = (c: TwinContext, account: Account) => Response | Promise<Response>;

/** Session, csrf, challenge and the `api` faults, in the site's order, before any API handler. */
export function guarded(world: World, sessions: Sessions, handler: ApiHandler) {
  return async (c: TwinContext): Promise<Response> => {
    const who = visitor(c, world, sessions);
    const memberId = who.kind === 'member' ? who.account.member.memberId : null;
    const effect = world.takeFault('api', memberId);
    const answer = effect && faultAnswer(c, effect);
    if (answer) return answer;
    const csrf = csrfCookie(c);
    if (!csrf || c.req.header('csrf-token') !== csrf) {
      return c.text('CSRF check failed.', 403);
    }
    if (who.kind === 'guest') {
      if (who.hadCookie) deleteSessionCookie(c);
      return c.json({ status: 401 }, 401);
    }
    if (who.kind === 'expired') return c.redirect('/uas/login?session_redirect=%2Ffeed%2F', 302);
    const { challenge } = who.account;
    if (challenge && challenge !== 'human_check') {
      return c.redirect('/checkpoint/challenge/AgGvSAMPLE?trk=api', 302);
    }
    const decoration = /-(\d+)$/.exec(c.req.query('decorationId') ?? '')?.[1];
    if (decoration && Number(decoration) < world.oldestDecoration) return apiError(c, 400, 'BAD_REQUEST');
    const result = await handler(c, who.account);
    if (effect === 'drop_after_effect') return dropConnection(c);
    return c.req.method === 'GET' && !c.req.header('x-li-page-instance') ? renamed(world, result) : result;
  };
}
