import { timingSafeEqual } from 'node:crypto';
import { counterNames } from '#shared/statuses/counters.ts';
import { notFound } from '../services/refusal.ts';
import { lastRecount } from '../services/upkeep/integrity.ts';
import type { App } from './httpEnv.ts';

/** `/metrics` in Prometheus' text format, for whoever knows the token; without a token there is no such address (404). */
export function serveMetrics(app: App, token: string | null): void {
  app.get('/metrics', async (c) => {
    if (token === null) throw notFound('address');
    if (!isSame(c.req.header('authorization') ?? '', `Bearer ${token}`)) return c.text('unauthorized\n', 401);
    const { at, found } = await lastRecount(c.get('services'));
    const lines = [
      '# HELP rapport_counter_drifts Kept counters that the last recount found to be wrong and nobody repaired.',
      '# TYPE rapport_counter_drifts gauge',
      ...counterNames.map((name) => `rapport_counter_drifts{counter="${name}"} ${found.get(name) ?? 0}`),
      '# HELP rapport_recount_timestamp_seconds When the last recount began.',
      '# TYPE rapport_recount_timestamp_seconds gauge',
      `rapport_recount_timestamp_seconds ${Math.floor((at ?? 0) / 1000)}`,
    ];
    return c.text(`${lines.join('\n')}\n`, 200, { 'content-type': 'text/plain; version=0.0.4' });
  });
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
