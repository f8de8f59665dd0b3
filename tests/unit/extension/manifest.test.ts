import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import config from '../../../wxt.config.ts';

/** What each build asks the browser for, and what the documentation says about it. */

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

interface Asked {
  permissions: string[];
  host_permissions: string[];
}

function manifestOf(browser: string): Asked {
  if (typeof config.manifest !== 'function') throw new Error('the manifest depends on the browser');
  const env = { browser, manifestVersion: 3, mode: 'production', command: 'build' } as const;
  return config.manifest(env) as unknown as Asked;
}

const documented = [...read('docs/permissions.md').matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gmu)].map(
  ([, name = '', browsers = '']) => ({ name, browsers: browsers.trim() }),
);

it.each([
  ['chrome', 'Chrome'],
  ['edge', 'Edge'],
  ['firefox', 'Firefox'],
])('the build for %s asks for what docs/permissions.md explains, and for nothing else', (browser, name) => {
  const { permissions, host_permissions } = manifestOf(browser);
  const expected = documented.filter(({ browsers }) => browsers === 'all' || browsers.includes(name));
  expect([...permissions, ...host_permissions].sort()).toEqual(expected.map((each) => each.name).sort());
});

it.each(['en', 'de', 'fr'])('the manifest speaks %s', (locale) => {
  const words = (of: string): Record<string, { message: string }> =>
    JSON.parse(read(`extension/public/_locales/${of}/messages.json`));
  expect(Object.keys(words(locale)).sort()).toEqual(Object.keys(words('en')).sort());
  for (const { message } of Object.values(words(locale))) expect(message.trim()).not.toBe('');
  // Chrome's store takes no longer one.
  expect(words(locale).description?.message.length).toBeLessThanOrEqual(132);
});
