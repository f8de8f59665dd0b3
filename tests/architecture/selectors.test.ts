import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { de } from '../../extension/linkedin/selectors/labels/de.ts';
import { en } from '../../extension/linkedin/selectors/labels/en.ts';
import { fr } from '../../extension/linkedin/selectors/labels/fr.ts';

const folder = join(import.meta.dirname, '../../extension/linkedin');

interface Source {
  path: string;
  text: string;
}

const sources: Source[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: withoutComments(readFileSync(join(folder, path), 'utf8')) }));
const selectors = sources.filter(({ path }) => /^selectors\/(?!labels\/)/u.test(path));
const code = sources.filter(({ path }) => !path.startsWith('selectors/'));

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//gu, '').replace(/^\s*\/\/.*$/gmu, '');
}

/** What a rule finds, as "file: text". */
function findings(where: readonly Source[], rule: RegExp): string[] {
  return where.flatMap(({ path, text }) => [...text.matchAll(rule)].map((hit) => `${path}: ${hit[0]}`));
}

const hashedClass = /\.(?:_[0-9a-f]{6,8}|[0-9a-f]*\d[0-9a-f]{5,7})(?![\w-])/gu;
const positional = /:(?:nth-(?:last-)?(?:child|of-type)|(?:first|last|only)-(?:child|of-type))/gu;
const labelSelector = /\[(?:aria-label|title|placeholder|alt)[*^$~|]?=/gu;

/** Every label, as plain text; regular expressions by their source. */
const labels = [en, de, fr].flatMap((table) => Object.values(table).flat()).map(String);

test('the rules find what they forbid', () => {
  const bad: Source = {
    path: 'bad.ts',
    text: '._970c3eec .ad6ec31a li:nth-child(2) a:last-of-type [aria-label^="x"]',
  };
  expect(findings([bad], hashedClass)).toHaveLength(2);
  expect(findings([bad], positional)).toHaveLength(2);
  expect(findings([bad], labelSelector)).toHaveLength(1);
  expect(selectors.length).toBeGreaterThan(1);
  expect(code.length).toBeGreaterThan(20);
});

test('no selector uses a hashed class', () => {
  expect(findings(selectors, hashedClass)).toEqual([]);
});

test('no selector counts positions', () => {
  expect(findings(sources, positional)).toEqual([]);
});

test('no selector matches localised text', () => {
  expect(findings(sources, labelSelector)).toEqual([]);
});

test('label text stands only in the label tables', () => {
  const outside = sources.filter(({ path }) => !path.startsWith('selectors/labels/'));
  const quoted = labels.map((label) => ({ label, rule: `'${label}'` }));
  const found = outside.flatMap(({ path, text }) =>
    quoted.filter(({ rule }) => text.includes(rule)).map(({ label }) => `${path}: ${label}`),
  );
  expect(found).toEqual([]);
});

test('selectors stand only in the catalogue', () => {
  const literal = /querySelector(?:All)?(?:<\w+>)?\(\s*['"`](?!main['"`])/gu;
  expect(findings(code, literal)).toEqual([]);
});
