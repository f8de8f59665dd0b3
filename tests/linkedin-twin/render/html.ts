/** Markup that is already safe. Runs in the server and in the pages' scripts alike. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type HtmlValue = string | number | boolean | null | undefined | Html | readonly HtmlValue[];

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function toText(value: HtmlValue): string {
  if (value === null || value === undefined || value === false || value === true) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  return value.map(toText).join('');
}

/** A tagged template whose values are escaped. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(strings.map((s, i) => s + (i < values.length ? toText(values[i]) : '')).join(''));
}

/** So many rows of a long list come with the page itself; its script adds the others. */
export const FIRST_ROWS = 10;

/** Data for a page's script, safe inside a script element. */
export function jsonScript(id: string, data: unknown): Html {
  const text = JSON.stringify(data).replaceAll('<', '\\u003c');
  return new Html(`<script type="application/json" id="${id}">${text}</script>`);
}

/** A class name like the site's build makes them: meaningless, and another one in each build. */
export function hashedClass(build: number, name: string): string {
  let hash = 0x811c9dc5;
  for (const char of `${build}/${name}`)
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return `_${hash.toString(16).padStart(8, '0')}`;
}
