/** What every page's script needs: its data, its requests. */

/** The view model the server put into this page; the server is our own, so its shape is trusted. */
export function pageView<T>(): T {
  return JSON.parse(document.getElementById('rehydrate-data')?.textContent ?? 'null') as T;
}

export function csrfToken(): string {
  return /(?:^|; )JSESSIONID="?([^";]+)"?/.exec(document.cookie)?.[1] ?? '';
}

export type Answer =
  | { kind: 'json'; status: number; body: unknown }
  /** The page is on its way to the login or a challenge. */
  | { kind: 'leaving' }
  | { kind: 'broken' };

/** A request as the site's own scripts send it; `via` names the control that was clicked. */
export async function call(
  method: 'GET' | 'POST',
  url: string,
  via: string,
  body?: unknown,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: {
        'csrf-token': csrfToken(),
        'x-restli-protocol-version': '2.0.0',
        accept: 'application/vnd.linkedin.normalized+json+2.1',
        'x-li-page-instance': `urn:li:page:d_flagship3_twin;${via}`,
        'x-li-track': JSON.stringify({ clientVersion: '1.13.0', visibility: document.visibilityState }),
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=UTF-8' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    return { kind: 'broken' };
  }
  const signedOut = response.status === 401 || (response.redirected && response.url.includes('/uas/login'));
  if (signedOut || (response.redirected && response.url.includes('/checkpoint/'))) {
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(signedOut ? `/uas/login?session_redirect=${back}` : response.url);
    return { kind: 'leaving' };
  }
  const type = response.headers.get('content-type') ?? '';
  if (type.includes('text/x-component')) return { kind: 'json', status: response.status, body: null };
  if (!type.includes('json')) return { kind: 'broken' };
  try {
    const body: unknown = await response.json();
    return { kind: 'json', status: response.status, body };
  } catch {
    return { kind: 'broken' };
  }
}

/** A named field of an answer, or undefined. */
export function field(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  );
}

/** Runs when the page's controls come alive; before that, clicks are lost. */
export function hydrateAfter(delayMs: number, wire: () => void): void {
  setTimeout(() => {
    Reflect.set(window, '__unhydrated', false);
    wire();
  }, delayMs);
}

export function sduiRequest(name: string, via: string, payload: Record<string, unknown>): Promise<Answer> {
  const requestId = name.includes('.')
    ? `com.linkedin.sdui.${name}`
    : `com.linkedin.sdui.requests.mynetwork.${name}`;
  return call('POST', `/flagship-web/rsc-action/actions/server-request?sduiid=${requestId}`, via, {
    requestId,
    serverRequest: { requestId, requestedArguments: { payload } },
  });
}
