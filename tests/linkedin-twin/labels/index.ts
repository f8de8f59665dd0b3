import type { TwinLocale } from '../types.ts';
import { de } from './de.ts';
import { en, type Labels } from './en.ts';
import { fr } from './fr.ts';

export type { Labels } from './en.ts';

export const labels: Record<TwinLocale, Labels> = { en, de, fr };

/** Fills `{name}`-style places of a label. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''));
}
