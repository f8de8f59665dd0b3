import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Case, dimensions } from './dimensions.ts';
import { nameOf } from './runCase.ts';

const line = z.object({ name: z.string(), problem: z.string().nullable() });

/** What each case came to, one line per case in a file, so that a run that was broken off can go on. */
export interface Results {
  /** Cases that ended as specified, in this run or one that it continues. */
  passed: Set<string>;
  add(each: Case, problem: string | null): void;
}

/** `resume`: go on from what the file holds; otherwise it is begun anew. A last line cut off in the middle is left out. */
export function openResults(file: string, resume: boolean): Results {
  const passed = new Set<string>();
  if (!resume) rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  for (const text of existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []) {
    const read = line.safeParse(parsed(text));
    if (read.success && read.data.problem === null) passed.add(read.data.name);
    else if (read.success) passed.delete(read.data.name);
  }
  return {
    passed,
    add(each, problem) {
      const name = nameOf(each);
      if (problem === null) passed.add(name);
      appendFileSync(file, `${JSON.stringify({ name, problem })}\n`);
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A table: for each kind of step, how many of its cases there are, were run by now and ended otherwise than specified. */
export function tableOf(
  cases: readonly Case[],
  passed: ReadonlySet<string>,
  wrong: ReadonlySet<string>,
): string {
  const rows = [...dimensions.kind, 'all'].map((kind) => {
    const own = cases.filter((each) => kind === 'all' || each.kind === kind).map(nameOf);
    const counts = [
      own.length,
      own.filter((n) => passed.has(n)).length,
      own.filter((n) => wrong.has(n)).length,
    ];
    return [kind, ...counts, own.length - (counts[1] ?? 0) - (counts[2] ?? 0)];
  });
  return [['', 'cases', 'passed', 'wrong', 'not run'], ...rows]
    .map(
      ([name, ...cells]) => `${String(name).padEnd(10)}${cells.map((c) => String(c).padStart(9)).join('')}`,
    )
    .join('\n');
}
