import { describe, expect, it } from 'vitest';
import { companyKey } from '#shared/identity/company.ts';
import { companyDomain } from '#shared/identity/companyDomain.ts';
import { normalizeEmail } from '#shared/identity/email.ts';
import { linkedinProfileUrl, parseLinkedinUrl } from '#shared/identity/linkedin.ts';

describe('parseLinkedinUrl', () => {
  it.each([
    ['https://www.linkedin.com/in/Anna-Berg/', 'anna-berg'],
    ['http://linkedin.com/in/anna-berg?trk=x#about', 'anna-berg'],
    ['  de.linkedin.com/in/anna-berg/en/ ', 'anna-berg'],
    ['https://www.linkedin.com/in/j%C3%BCrgen-m%C3%BCller/', 'jürgen-müller'],
    ['https://www.linkedin.com/in/ju\u0308rgen/', 'jürgen'],
    ['https://www.linkedin.com/mwlite/in/anna', 'anna'],
    ['https://www.linkedin.com/in/anna/details/experience/', 'anna'],
  ])('%s', (text, slug) => {
    expect(parseLinkedinUrl(text)).toEqual({ slug });
  });

  it('keeps the case of a profile id', () => {
    const profileId = 'ACoAABcDeFgHiJkLmNoP_q-r';
    expect(parseLinkedinUrl(`https://www.linkedin.com/in/${profileId}/`)).toEqual({ profileId });
  });

  it.each([
    '',
    'anna-berg',
    'https://www.linkedin.com/company/acme/',
    'https://www.linkedin.com/in/',
    'https://www.linkedin.com.evil.example/in/anna',
    'https://evil.example/?u=linkedin.com/in/anna',
    'https://notlinkedin.com/in/anna',
    'https://www.linkedin.com/in/%zz',
    'https://www.linkedin.com/in/a%2Fb',
    'https://www.linkedin.com/sales/lead/ACwAAAAA,NAME',
  ])('%s names nobody', (text) => {
    expect(parseLinkedinUrl(text)).toBeNull();
  });

  it('writes an address that it reads again', () => {
    expect(linkedinProfileUrl({ slug: 'jürgen' })).toBe('https://www.linkedin.com/in/j%C3%BCrgen/');
    expect(parseLinkedinUrl(linkedinProfileUrl({ slug: 'jürgen' }))).toEqual({ slug: 'jürgen' });
  });
});

describe('normalizeEmail', () => {
  it.each([
    [' Anna.Berg@ACME.com ', 'anna.berg@acme.com'],
    ['Anna Berg <anna@acme.com>', 'anna@acme.com'],
    ['mailto:anna+x@acme.co.uk', 'anna+x@acme.co.uk'],
    ['info@müller.de', 'info@xn--mller-kva.de'],
  ])('%s', (text, email) => {
    expect(normalizeEmail(text)).toBe(email);
  });

  it.each([
    '',
    'anna',
    '@acme.com',
    'anna@',
    'anna@acme',
    'a b@acme.com',
    'anna@acme.com:25',
    'anna@[127.0.0.1]',
    'anna@127.0.0.1',
    'a..b@acme.com',
    'anna@acme.com\nbcc: x@y.com',
    'anna@-acme.com',
  ])('%j is no address', (text) => {
    expect(normalizeEmail(text)).toBeNull();
  });
});

describe('companies', () => {
  it.each([
    ['anna@mail.acme.co.uk', 'acme.co.uk'],
    ['Anna@ACME.com', 'acme.com'],
    ['anna@gmail.com', null],
    ['anna@mailinator.com', null],
    ['anna', null],
  ])('%s belongs to %s', (email, domain) => {
    expect(companyDomain(email)).toBe(domain);
    expect(companyDomain(email)).toBe(domain);
  });

  it.each([
    ['ACME GmbH & Co. KG', 'acme'],
    ['Acme, Inc.', 'acme'],
    ['  Müller   S.A. ', 'muller'],
    ['AG', 'ag'],
    ['O’Brien & Sons Ltd', 'obrien sons'],
    ['株式会社東芝', '株式会社東芝'],
    [' – ', null],
  ])('%s becomes %s', (name, key) => {
    expect(companyKey(name)).toBe(key);
  });
});
