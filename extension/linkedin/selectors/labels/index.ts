import type { PageEnv } from '../../env.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import type { Labels } from './types.ts';

export type { Labels } from './types.ts';

const tables: Readonly<Record<string, Labels>> = { en, de, fr };

/** The label table of the page's language; null for a language we have none for: then nothing is clicked. */
export function labelsOf(env: PageEnv): Labels | null {
  return tables[languageOf(env)] ?? null;
}

/** The page's language, e.g. "de": its own attribute first, else LinkedIn's language cookie. */
function languageOf(env: PageEnv): string {
  const attribute = env.document.documentElement.lang;
  const cookie = /(?:^|;\s*)lang=[^;]*?lang=([\w-]+)/u.exec(env.document.cookie)?.[1];
  const language = attribute || cookie || '';
  return language.toLowerCase().split(/[-_]/u).shift() ?? '';
}

/** Whether a control's name is one of the known ones. */
export function isLabel(name: string, known: readonly string[]): boolean {
  return known.some((label) => plain(label) === plain(name));
}

/** Whether a control's name starts with one of the known ones. */
export function startsWithLabel(name: string, known: readonly string[]): boolean {
  return known.some((label) => plain(name).startsWith(plain(label)));
}

/** Whether a text says one of the known things. */
export function says(text: string, known: readonly RegExp[]): boolean {
  const unified = text.replace(/['\u2019]/gu, '’');
  return known.some((pattern) => pattern.test(unified));
}

function plain(text: string): string {
  return text
    .replace(/['\u2019]/gu, '’')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
}
