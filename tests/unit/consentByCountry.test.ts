import { expect, it } from 'vitest';
import { consentRuleFor, consentRules } from '#shared/law/consent.ts';

it.each([
  ['anna@firma.de', null, 'DE'],
  ['anna@firm.com', 'Vienna, Austria', 'AT'],
  ['anna@firm.com', 'München, Bayern, Deutschland', 'DE'],
  ['anna@firma.de', 'Toronto, Ontario, Canada', 'CA'],
  ['anna@firm.com', 'Paris, France', null],
  ['anna@firm.fr', null, null],
  ['anna@firm.com', null, null],
  [null, 'Warszawa, Polska', 'PL'],
])('%s in %s: %s', (email, location, country) => {
  expect(consentRuleFor({ email, location })?.country ?? null).toBe(country);
});

it('names a source for each country, once', () => {
  expect(new Set(consentRules.map((rule) => rule.country)).size).toBe(consentRules.length);
  for (const { source } of consentRules) expect(source.length).toBeGreaterThan(5);
});
