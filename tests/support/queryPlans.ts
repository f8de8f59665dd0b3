import { sql } from 'drizzle-orm';
import type { Reader } from '../../companion-server/db/index.ts';

/** Tables that have few rows, or few of one workspace: walking them is no mistake. */
const small: ReadonlySet<string> = new Set([
  'member',
  'channel',
  'sender',
  'workspace',
  '__drizzle_migrations',
]);

/** Statements that sort or group few rows, or may take their time, with why. */
const excused: readonly { text: RegExp; why: string }[] = [
  { text: /from "?audit"?$/i, why: 'the tests count audit rows' },
  {
    text: /from "(device|list_import|list_member|contact_tag|automation_sender|member)"/,
    why: 'the few of one sender, contact or step',
  },
  { text: /select distinct .* from "(thread|task)" .*"contact_id" = \?/s, why: 'the few of one contact' },
  { text: /from "task" .*"enrollment_id" = \?/s, why: 'the few of one contact in one automation' },
  {
    text: /group_concat|max\("relation"\."last_interaction_at"\)/,
    why: 'preflight, bounded: preflightPlans.test.ts',
  },
  { text: /json_each\(\?\) AS few/, why: 'the at most 2,000 that a search found' },
  { text: /from "sender" left join "relation" on/, why: 'the sender profiles of one workspace' },
  {
    text: /from "enrollment" where "enrollment"."contact_id" = \?/,
    why: 'the automations of one contact',
  },
  { text: /tracking_hit/, why: 'the statistics of one automation, asked for on its own page' },
  { text: /"found_step" WHERE contact_id/, why: 'there only after a restore, as many as were found' },
];

/**
 * Statements of the captured ones that walk a whole table or sort in a temporary tree, with what SQLite says. `heads`:
 * the first rows in the order of an index may be taken, as workers do that look what is due.
 */
export async function badPlans(
  reader: Reader,
  statements: ReadonlySet<string>,
  { heads = false }: { heads?: boolean } = {},
): Promise<string[]> {
  const bad: string[] = [];
  for (const text of statements) {
    if (!/^\s*(select|update|delete|insert|with)/i.test(text)) continue;
    if (excused.some((each) => each.text.test(text))) continue;
    const rows = await reader.all<{ detail: string }>(sql.raw(`EXPLAIN QUERY PLAN ${text}`));
    for (const { detail } of rows) {
      const scanned = /^SCAN (?!\w+ VIRTUAL TABLE|CONSTANT ROW)(\w+)/.exec(detail)?.[1];
      const isHead = heads && /^SCAN \w+ USING (COVERING )?INDEX/.test(detail) && /\blimit\b/i.test(text);
      const scans = scanned !== undefined && !small.has(scanned) && !isHead;
      if (scans || /USE TEMP B-TREE/.test(detail)) bad.push(`${detail} <= ${text.slice(0, 1500)}`);
    }
  }
  return bad;
}
