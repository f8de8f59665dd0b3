import { Liquid } from 'liquidjs';
import { limits } from '#shared/kernel/limits.ts';

/**
 * Only what a message needs: no files, no loops, nothing random, nothing that reads the time. No `assign`, which turns
 * a variable without value into an empty text, and no `capture`: what it collects is not counted as memory, so that
 * capturing twice what was captured before makes 40 MB of 950 characters.
 */
const allowedTags = new Set(['if', 'unless', 'case', 'comment', 'raw', '#']);
const allowedFilters = new Set([
  'default',
  'capitalize',
  'upcase',
  'downcase',
  'strip',
  'lstrip',
  'rstrip',
  'truncate',
  'truncatewords',
  'append',
  'prepend',
  'replace',
  'replace_first',
  'remove',
  'remove_first',
  'split',
  'first',
  'last',
  'join',
  'size',
  'slice',
  'plus',
  'minus',
  'raw',
]);

/** Liquid as templates may use it; values pass through `outputEscape`. It interprets, it never evaluates code, so it runs under a strict CSP. */
export function createLiquid(outputEscape?: (value: unknown) => string): Liquid {
  const liquid = new Liquid({
    outputEscape,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    /** Partials come from here and nowhere else: never from a file. */
    templates: {},
    // Without loops and names of its own a text costs what its length allows: a limit of time would only fail on a
    // busy machine.
    parseLimit: limits.template,
    memoryLimit: limits.renderMemory,
  });
  for (const name of Object.keys(liquid.tags)) if (!allowedTags.has(name)) delete liquid.tags[name];
  for (const name of Object.keys(liquid.filters)) if (!allowedFilters.has(name)) delete liquid.filters[name];
  return liquid;
}
