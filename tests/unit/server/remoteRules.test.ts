import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRemoteRules, RULES_FILE } from '../../../companion-server/services/remoteRules/file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (text: string) => writeFile(path.join(folder, RULES_FILE), text);
const killSwitch = [{ kind: 'follow', versions: ['<1.2.0'], reason: 'Moved.' }];
const catalogue = { version: '2099-01-02', entries: { name: { css: 'h1' } } };

it('no file is no rules', async () => {
  const rules = createRemoteRules(folder);
  expect(await rules.reload()).toEqual({ ok: true, value: { changed: true } });
  expect(rules.current()).toEqual({ killSwitch: [], catalogue: null, catalogueId: null });
});

it('takes a change, and says whether there was one', async () => {
  const rules = createRemoteRules(folder);
  await write(JSON.stringify({ killSwitch, catalogue }));
  await rules.reload();
  const { catalogueId, ...inForce } = rules.current();
  expect(inForce).toEqual({ killSwitch, catalogue });
  expect(catalogueId).toMatch(/^[0-9a-f]{32}$/u);
  expect(await rules.reload()).toEqual({ ok: true, value: { changed: false } });
  await write(JSON.stringify({ catalogue: { ...catalogue, entries: { name: { css: 'h2' } } } }));
  await rules.reload();
  expect(rules.current().killSwitch).toEqual([]);
  expect(rules.current().catalogueId).not.toBe(catalogueId);
  await rm(path.join(folder, RULES_FILE));
  await rules.reload();
  expect(rules.current().catalogue).toBeNull();
});

it.each([
  ['{', 'is no JSON'],
  [JSON.stringify({ killSwitch: [{ kind: 'folow', versions: ['*'] }] }), 'killSwitch[0].kind'],
  [JSON.stringify({ killSwitch: [{ kind: 'follow', versions: ['soon'] }] }), 'killSwitch[0].versions[0]'],
  [JSON.stringify({ killswitch: [] }), 'killswitch'],
  [JSON.stringify({ catalogue: { version: 'new', entries: {} } }), 'catalogue.version'],
  [JSON.stringify({ catalogue: { ...catalogue, entries: { name: {} } } }), 'catalogue.entries.name.css'],
])('refuses %s whole, names the place, and keeps the rules of before', async (text, place) => {
  const rules = createRemoteRules(folder);
  await write(JSON.stringify({ killSwitch }));
  await rules.reload();
  await write(text);
  const answer = await rules.reload();
  expect(answer.ok ? '' : answer.error).toContain(place);
  expect(answer.ok ? '' : answer.error).toContain(RULES_FILE);
  expect((await rules.reload()).ok).toBe(false);
  expect(rules.current().killSwitch).toEqual(killSwitch);
});
