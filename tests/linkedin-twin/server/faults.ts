import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Fault } from '../types.ts';
import { requestPath } from './request.ts';
import type { TwinContext } from './session.ts';

type Effect = Fault['effect'];

/** Status 999 is outside what a `Response` may carry, so it is written to the socket by hand. */
function blocked999(c: TwinContext): Response {
  const { outgoing } = c.env;
  outgoing.statusCode = 999;
  outgoing.statusMessage = 'Request denied';
  outgoing.setHeader('content-type', 'text/html');
  outgoing.end('<html><head><title>999: request denied</title></head><body></body></html>');
  return RESPONSE_ALREADY_SENT;
}

/**
 * Cuts the connection in the middle of the answer. Not before it: on a reused connection Chromium would
 * quietly send the request again.
 */
export function dropConnection(c: TwinContext): Response {
  const { outgoing } = c.env;
  outgoing.statusCode = 200;
  outgoing.setHeader('content-type', 'application/vnd.linkedin.normalized+json+2.1');
  outgoing.setHeader('content-length', '4096');
  // The callback comes once the bytes left, so that the browser does see the beginning.
  outgoing.write('{"data":{', () => outgoing.destroy());
  return RESPONSE_ALREADY_SENT;
}

/** Never answers; ends when the browser gives up or the twin stops. */
function hang(c: TwinContext): Promise<Response> {
  return new Promise((resolve) => {
    c.env.outgoing.once('close', () => resolve(RESPONSE_ALREADY_SENT));
  });
}

/** The answer of a fault that replaces the real one; null for effects the caller plays itself. */
export function faultAnswer(c: TwinContext, effect: Effect): Response | Promise<Response> | null {
  switch (effect) {
    case '429':
      return c.json({ status: 429 }, 429);
    case '999':
      return blocked999(c);
    case '500':
      return c.json({ status: 500 }, 500);
    case 'redirect_login':
      return c.redirect('/uas/login?session_redirect=%2Ffeed%2F', 302);
    case 'redirect_loop':
      return c.redirect(requestPath(c), 302);
    case 'html_in_200':
      return c.html('<!doctype html><html><head><title>LinkedIn</title></head><body></body></html>');
    case 'hang':
      return hang(c);
    case 'error_toast':
    case 'close_without_success':
    case 'drop_after_effect':
      return null;
  }
}
