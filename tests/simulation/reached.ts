import type { Books } from './books.ts';

/** What worlds came to, as "aspect: value" and how often: what no world reaches is proven by none. */
export type Reached = Map<string, number>;

/** One line per aspect. */
const aspects: Record<string, string> = {
  'step done': `SELECT kind AS value FROM task WHERE state = 'done'`,
  'step went': `SELECT was || ' > ' || is_now AS value FROM simulated_change WHERE entity = 'task' AND was <> ''`,
  'step ended because': `SELECT state || ' ' || reason AS value FROM task WHERE reason IS NOT NULL`,
  'contact became': `SELECT is_now AS value FROM simulated_change WHERE entity = 'enrollment'`,
  'account became': `SELECT is_now AS value FROM simulated_change WHERE entity = 'channel'`,
  'call of another system became': `SELECT was || ' > ' || is_now AS value FROM simulated_change WHERE entity = 'webhook'`,
  'held by': `SELECT reason AS value FROM hold`,
};

export async function reachedBy(books: Books): Promise<Reached> {
  const reached: Reached = new Map();
  for (const [aspect, text] of Object.entries(aspects)) {
    for (const { value, n } of await books.rows(`SELECT value, count(*) AS n FROM (${text}) GROUP BY value`))
      reached.set(`${aspect}: ${value}`, Number(n));
  }
  return reached;
}

export function together(all: readonly Reached[]): Reached {
  const sum: Reached = new Map();
  for (const each of all) for (const [what, n] of each) sum.set(what, (sum.get(what) ?? 0) + n);
  return new Map([...sum].sort(([a], [b]) => a.localeCompare(b)));
}
