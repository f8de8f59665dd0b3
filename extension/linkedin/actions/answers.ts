import type { LinkedinFailure, VerifyResult } from '#shared/protocol/linkedin.ts';
import { roots } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { maybe } from '../failure.ts';

/** Where the site's own scripts ask; what they report about themselves elsewhere says nothing of the step. */
const API = /^\/(?:voyager\/api|flagship-web|sales-api)\//u;

interface Watched {
  statuses: Set<number>;
  stop(): void;
}

const byDocument = new WeakMap<Document, Watched>();

/**
 * Notes the statuses of LinkedIn's answers to the page from the click on, in the page and in the iframe of its dialogs:
 * the browser measures them anyway, nothing is asked and nothing of the page's is touched. Pages show a refusal of the
 * pace as any other error, or not at all.
 */
export function watchAnswers(env: PageEnv): void {
  forgetAnswers(env);
  const statuses = new Set<number>();
  const { origin } = env.window.location;
  const note = (entries: PerformanceEntryList) => {
    for (const entry of entries) {
      const { name, responseStatus } = entry as PerformanceResourceTiming;
      const url = new URL(name);
      if (url.origin === origin && API.test(url.pathname)) statuses.add(responseStatus);
    }
  };
  const observers = roots(env).flatMap((root) => {
    const view = 'defaultView' in root ? root.defaultView : null;
    if (!view) return [];
    // The list of what was measured is full on a busy page, an observer goes on being told.
    const observer = new view.PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: 'resource' });
    return [observer];
  });
  const stop = () => {
    for (const observer of observers) {
      note(observer.takeRecords());
      observer.disconnect();
    }
  };
  byDocument.set(env.document, { statuses, stop });
}

/** Stops listening and forgets what was heard in this document. */
export function forgetAnswers(env: PageEnv): void {
  byDocument.get(env.document)?.stop();
  byDocument.delete(env.document);
}

/** What LinkedIn's answers since `watchAnswers` say against the pace or the account; null: nothing. */
export function paceSeen(env: PageEnv): LinkedinFailure | null {
  const watched = byDocument.get(env.document);
  return watched ? paceIn(watched.statuses) : null;
}

/** What was read back, with the reason that LinkedIn's answers gave where the page gives none. */
export function namingPace(env: PageEnv, seen: VerifyResult): VerifyResult {
  const watched = byDocument.get(env.document);
  forgetAnswers(env);
  const why = watched && paceIn(watched.statuses);
  if (!why || seen.outcome === 'verified') return seen;
  if (seen.outcome === 'not_seen') return { outcome: 'refused', failure: why };
  if (seen.outcome !== 'refused' || seen.failure.code !== 'linkedin_error') return seen;
  return { outcome: 'refused', failure: { ...why, effect: seen.failure.effect } };
}

function paceIn(statuses: ReadonlySet<number>): LinkedinFailure | null {
  if (statuses.has(999))
    return maybe('restricted', 'LinkedIn refused this account (999, request denied) at the click.');
  if (statuses.has(429))
    return maybe('too_many_requests', 'LinkedIn said at the click that there were too many requests (429).');
  return null;
}
