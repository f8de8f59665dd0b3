import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderTemplate, templateProblem, variablesOf } from '#shared/automation/render.ts';
import { parseSpintax, spin, spintaxParts } from '#shared/automation/spintax.ts';
import { companyKey } from '#shared/identity/company.ts';
import { normalizeEmail } from '#shared/identity/email.ts';
import { linkedinProfileUrl, parseLinkedinUrl } from '#shared/identity/linkedin.ts';
import { limits } from '#shared/kernel/limits.ts';
import { seededRng } from '#shared/kernel/prng.ts';

const fragments = fc.constantFrom(
  ...['{', '}', '|', '{{', '}}', '{%', '%}', ' if ', ' endif ', 'firstName', ' company ', ' | default: "x"'],
  ...['Hi', ' ', '"', '\n', '{{ firstName }}', '{a|b}', '{% if company %}', '{% endif %}', 'ü', '🙂'],
);
const anyTemplate = fc.array(fragments, { maxLength: 25 }).map((parts) => parts.join(''));
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

it('rendering is total and stable, and never gives a blank or too long text', () => {
  fc.assert(
    fc.property(anyTemplate, anyText, fc.nat(), (template, value, seed) => {
      const variables = { firstName: value, company: null };
      const result = renderTemplate(template, variables, seed);
      expect(renderTemplate(template, variables, seed)).toEqual(result);
      if (result.ok) {
        expect(result.value.trim()).not.toBe('');
        expect([...result.value].length).toBeLessThanOrEqual(limits.template);
      } else expect(result.error.message).toMatch(/\.$/);
    }),
    { numRuns: 500 },
  );
});

it('what validation accepts can be parsed whatever the choices are', () => {
  fc.assert(
    fc.property(anyTemplate, fc.nat(), (template, seed) => {
      fc.pre(templateProblem(template) === null);
      const variables = Object.fromEntries(variablesOf(template).map((name) => [name, 'x']));
      const result = renderTemplate(template, variables, seed);
      if (!result.ok) expect(result.error.message).toContain('empty');
    }),
    { numRuns: 500 },
  );
});

it('text without a bar in braces is left as it is', () => {
  fc.assert(
    fc.property(anyTemplate, (template) => {
      fc.pre(!template.includes('|'));
      expect(spin(parseSpintax(template), seededRng(1))).toBe(template);
      expect(spintaxParts(parseSpintax(template))).toEqual([template]);
    }),
  );
});

it('identities are idempotent', () => {
  fc.assert(
    fc.property(anyText, fc.emailAddress(), (text, address) => {
      const email = normalizeEmail(address);
      if (email !== null) expect(normalizeEmail(email)).toBe(email);
      const key = companyKey(text);
      if (key !== null) expect(companyKey(key)).toBe(key);
      for (const name of [text, encodeURIComponent(text)]) {
        const identity = parseLinkedinUrl(`https://www.linkedin.com/in/${name}`);
        if (identity !== null) expect(parseLinkedinUrl(linkedinProfileUrl(identity))).toEqual(identity);
      }
    }),
    { numRuns: 500 },
  );
});

it('accepts ordinary addresses', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/);
  fc.assert(
    fc.property(name, name, (local, host) => {
      expect(normalizeEmail(` ${local.toUpperCase()}@${host}.com`)).toBe(`${local}@${host}.com`);
    }),
  );
});
