import { type SQL, sql } from 'drizzle-orm';
import type { Queryable, Reader, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { type Counter, type Drift, keptCounters, OWNERS } from './counters.ts';
import { findDayDrifts, rewriteDays } from './days.ts';
import { findUnspent, spendAgain } from './spent.ts';

/** Ids that one statement counts for: automations have many contacts, everything else has few rows. */
const AT_ONCE = { channel: 100, automation: 1, list: 20 } as const;

interface DriftRow {
  workspace_id: string;
  key: string;
  stored: number;
  counted: number;
}

/**
 * Counts every kept counter anew and gives those that differ. Each statement compares what is kept and what is counted
 * in one snapshot, so it reads beside a running engine; `pause` lets others run in between.
 */
export async function findDrifts(reader: Reader, now: number, pause: () => Promise<void>): Promise<Drift[]> {
  const found: Drift[] = [];
  for (const walked of ['channel', 'automation', 'list'] as const) {
    const counters = keptCounters.filter(({ walks }) => walks === walked);
    for (let after = ''; ; ) {
      const owners = await idsOf(reader, walked, after);
      const last = owners.at(-1);
      if (last === undefined) break;
      for (const counter of counters) found.push(...(await driftsOf(reader, counter, owners)));
      after = last;
      await pause();
    }
  }
  found.push(...(await findUnspent(reader, now, pause)), ...(await findDayDrifts(reader, now, pause)));
  return found;
}

/** Writes what is counted now where these were found; what is right meanwhile stays. */
export async function repairDrifts(
  unit: Unit,
  workspaceId: string,
  drifts: readonly schema.StoredDrift[],
): Promise<void> {
  for (const counter of keptCounters) {
    const keys = drifts.filter((each) => each.counter === counter.name).map(({ key }) => key);
    const at = counter.key.indexOf(counter.by);
    const owners = [...new Set(keys.map((key) => key[at] ?? ''))];
    if (owners.length > 0) await rewrite(unit, counter, owners);
  }
  const days = drifts.filter(({ counter }) => counter === 'stat_daily.n').map(({ key }) => key);
  await rewriteDays(unit, workspaceId, days);
  for (const { counter, key } of drifts) if (counter === 'usage') await spendAgain(unit, key[0] ?? '');
}

async function idsOf(reader: Reader, table: keyof typeof AT_ONCE, after: string): Promise<string[]> {
  const rows = await reader.all<{ id: string }>(
    sql`SELECT id FROM ${sql.raw(table)} WHERE id > ${after} ORDER BY id LIMIT ${AT_ONCE[table]}`,
  );
  return rows.map(({ id }) => id);
}

async function driftsOf(q: Queryable, counter: Counter, owners: readonly string[]): Promise<Drift[]> {
  const { name, table, column, key, by, counted, missing } = counter;
  const workspace = counter.workspace ?? 'r.workspace_id';
  const compare = (stored: string, from: string) =>
    `SELECT * FROM (SELECT ${workspace} AS workspace_id,
      json_array(${key.map((each) => `r.${each}`).join(', ')}) AS key, ${stored} AS stored, (${counted}) AS counted
      FROM ${from}) WHERE stored <> counted`;
  const rows = await q.all<DriftRow>(
    overOwners(compare(`r.${column}`, `${table} r WHERE r.${by} IN ${OWNERS}`), owners),
  );
  if (missing) rows.push(...(await q.all<DriftRow>(overOwners(compare('0', `(${missing}) r`), owners))));
  return rows.map((row) => ({
    counter: name,
    workspaceId: row.workspace_id,
    key: JSON.parse(row.key) as string[],
    stored: row.stored,
    counted: row.counted,
  }));
}

async function rewrite(unit: Unit, counter: Counter, owners: readonly string[]): Promise<void> {
  const { table, column, key, by, counted, missing, workspace } = counter;
  if (missing) {
    const columns = workspace ? key : [...key, 'workspace_id'];
    await unit.tx.run(overOwners(`INSERT INTO ${table} (${columns.join(', ')}) ${missing}`, owners));
  }
  await unit.tx.run(
    overOwners(
      `UPDATE ${table} AS r SET ${column} = (${counted})
        WHERE r.${by} IN ${OWNERS} AND r.${column} <> (${counted})`,
      owners,
    ),
  );
}

/** The statement with its list of owners as a parameter wherever it names them. */
function overOwners(text: string, owners: readonly string[]): SQL {
  const list = JSON.stringify(owners);
  const parts = text.split(':owners').map((part) => sql.raw(part));
  return sql.join(parts, sql`${list}`);
}
