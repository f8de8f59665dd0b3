import { z } from 'zod';
import { type LinkedinActionKind, linkedinActionKind } from './linkedin.ts';

/**
 * What the operator changes between releases, as data: action kinds switched off for versions of the extension, and
 * where LinkedIn's known controls are now. Data can narrow or relocate; every check stays code.
 */

const version = /^(?:\*|(?:<=?)?\d{1,5}(?:\.\d{1,5}){0,3})$/u;

const killSwitch = z.strictObject({
  kind: linkedinActionKind,
  /** "*", one version ("1.4.0"), or all before it ("<1.4.0", "<=1.4.0"). */
  versions: z
    .array(z.string().regex(version, 'must be "*", a version as "1.4.0", or one after "<" or "<="'))
    .min(1)
    .max(50),
  /** Shown to the rep beside the hold. */
  reason: z.string().trim().min(1).max(300).optional(),
});

/** A selector catalogue's changes against the one an extension ships with; the extension checks the keys. */
const catalogueUpdate = z.strictObject({
  /** The date of the update. Newer than the built-in one, or it changes nothing. */
  version: z.string().regex(/^\d{4}-\d\d-\d\d(?:\.\d{1,3})?$/u, 'must be a date as "2026-11-29"'),
  entries: z.record(
    z.string().regex(/^[A-Za-z]{1,40}$/u),
    z.looseObject({ css: z.string().min(1).max(600) }),
  ),
  queryIds: z.record(z.string().max(60), z.array(z.string().regex(/^[\w.-]+$/u)).min(1)).optional(),
});
export type CatalogueUpdate = z.infer<typeof catalogueUpdate>;

export const remoteRules = z.strictObject({
  killSwitch: z.array(killSwitch).max(100).default([]),
  catalogue: catalogueUpdate.nullable().default(null),
});
export type RemoteRules = z.infer<typeof remoteRules>;
export type KillSwitch = RemoteRules['killSwitch'][number];

export const noRemoteRules: RemoteRules = { killSwitch: [], catalogue: null };

/** Kinds of pages whose layout is checked once a day. */
export const layoutPage = z.enum(['profile', 'posts', 'messaging', 'circle']);
export type LayoutPage = z.infer<typeof layoutPage>;

/** What the check found: keys of the catalogue, never anything of the page. */
export const layoutSeen = z.object({
  page: layoutPage,
  missing: z.array(z.string().regex(/^[A-Za-z]{1,40}$/u)).max(60),
});
export type LayoutSeen = z.infer<typeof layoutSeen>;

/** What a page answers: nothing is expected of some, and the held update of the catalogue may be no good in a page. */
export const layoutRead = z.object({ seen: layoutSeen.nullable(), refused: z.string().nullable() });
export type LayoutRead = z.infer<typeof layoutRead>;

/** The switch that stops this kind in this version; an unknown version (null) is stopped by any. */
export function switchedOff(
  switches: readonly KillSwitch[],
  kind: LinkedinActionKind,
  extensionVersion: string | null,
): KillSwitch | null {
  return (
    switches.find(
      (each) => each.kind === kind && each.versions.some((range) => covers(range, extensionVersion)),
    ) ?? null
  );
}

function covers(range: string, extensionVersion: string | null): boolean {
  if (range === '*' || extensionVersion === null || !/^\d+(?:\.\d+)*$/u.test(extensionVersion)) return true;
  const order = compare(extensionVersion, range.replace(/^<=?/u, ''));
  if (range.startsWith('<=')) return order <= 0;
  return range.startsWith('<') ? order < 0 : order === 0;
}

function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 4; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
