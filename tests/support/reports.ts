import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

/** What a suite's run comes to, read from its runner's JSON report. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, by name, with the first line of its error. */
  failures: string[];
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
/** Playwright nests suites (file, describe, …) to any depth. */
const playwrightSuite = z.object({
  title: z.string(),
  specs: z.array(
    z.object({
      title: z.string(),
      ok: z.boolean(),
      tests: z.array(
        z.object({
          results: z.array(z.object({ error: z.object({ message: z.string().default('') }).optional() })),
        }),
      ),
    }),
  ),
  get suites() {
    return z.array(playwrightSuite).default([]);
  },
});
const playwrightReport = z.object({
  suites: z.array(playwrightSuite),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
});

function failure(file: string, name: string, message: string | undefined): string {
  return `${relative(process.cwd(), file)} > ${name}\n    ${stripVTControlCharacters(message ?? '').split('\n')[0]}`;
}

function playwrightFailures(suite: z.infer<typeof playwrightSuite>, file = suite.title): string[] {
  const own = suite.specs
    .filter(({ ok }) => !ok)
    .map(({ title, tests }) =>
      failure(file, title, tests[0]?.results.find(({ error }) => error)?.error?.message),
    );
  return [...own, ...suite.suites.flatMap((inner) => playwrightFailures(inner, file))];
}

/** The counts of a vitest run that ended with `code`. */
export function countVitest(file: string, code: number): Count {
  const report = vitestReport.safeParse(readJson(file));
  if (!report.success) return noReport('vitest');
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report.data;
  // A file that could not even be loaded has no tests of its own, but must not pass unnoticed.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failures = [
    ...broken.map(({ name, message }) => failure(name, 'could not be loaded', message)),
    ...testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map((test) => failure(name, test.fullName, test.failureMessages?.[0])),
    ),
  ];
  return judged('vitest', code, {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    skipped: numPendingTests + numTodoTests,
    failures,
  });
}

/** The counts of a Playwright run that ended with `code`; a test that passed only on a retry has failed. */
export function countPlaywright(file: string, code: number): Count {
  const report = playwrightReport.safeParse(readJson(file));
  if (!report.success) return noReport('playwright');
  const { expected, unexpected, flaky, skipped } = report.data.stats;
  return judged('playwright', code, {
    passed: expected,
    failed: unexpected + flaky,
    skipped,
    failures: report.data.suites.flatMap((suite) => playwrightFailures(suite)),
  });
}

/** A runner that ended badly without a failed test (an error outside of any test) has failed too. */
function judged(runner: string, code: number, count: Count): Count {
  if (count.failed > 0 || code === 0) return count;
  return { ...count, failed: 1, failures: [`${runner} ended with exit code ${code}`] };
}

function noReport(runner: string): Count {
  return { passed: 0, failed: 1, skipped: 0, failures: [`${runner} ended without a report`] };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
