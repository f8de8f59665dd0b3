import { expect, it } from 'vitest';
import { whyNotTarget } from '../../../extension/linkedin/identity.ts';

/** A contact known by address only, and the page at that address. */
function binds(contact: [name: string, company?: string], page: [name: string, company?: string]): boolean {
  const [name, company = null] = contact;
  const [shownName, shownCompany = null] = page;
  const target = { slug: 'someone', profileId: null, memberId: null, name, company };
  const shown = {
    profileId: 'ACoAA1',
    memberId: '1',
    slug: 'someone',
    name: shownName,
    company: shownCompany,
  };
  return whyNotTarget(target, shown) === null;
}

it.each<[contact: [string, string?], page: [string, string?], bound: boolean]>([
  [['Anna Berg'], ['Anna Maria Berg'], true],
  [['Dr. Anna Berg'], ['Anna Berg, MBA'], true],
  // One word is a whole name where both say no more.
  [['王小明'], ['王小明'], true],
  [['Suharto'], ['Suharto'], true],
  [['Suharto'], ['SUHARTO (he/him)'], true],
  // One word in common is not: the company decides.
  [['Anna'], ['Anna Berg'], false],
  [['Anna', 'Norden Freight'], ['Anna Berg', 'Norden Freight'], true],
  [['Anna', 'Norden Freight'], ['Anna Berg', 'Other'], false],
  [['Anna Berg'], ['Anna'], false],
  [['Anna Berg'], ['Anna Holm'], false],
  [['王小明'], ['王小红'], false],
  [[''], [''], false],
])('%j at the address of %j is bound: %s', (contact, page, bound) => {
  expect(binds(contact, page)).toBe(bound);
});

it('the same name at another address is somebody else', () => {
  const target = { slug: 'someone', profileId: null, memberId: null, name: '王小明', company: null };
  const shown = { profileId: 'ACoAA1', memberId: '1', slug: 'someone-else', name: '王小明' };
  expect(whyNotTarget(target, shown)).toMatch(/another address/);
});
