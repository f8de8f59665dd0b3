import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderTemplate, templateProblem, templateSeed, variablesOf } from '#shared/automation/render.ts';

const render = (template: string, variables: Record<string, string | null> = {}, seed = 1) =>
  renderTemplate(template, variables, seed);
const text = (template: string, variables?: Record<string, string | null>, seed?: number) => {
  const result = render(template, variables, seed);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

afterEach(() => vi.unstubAllGlobals());

describe('renderTemplate', () => {
  it('fills variables in and uses fallbacks', () => {
    const template = 'Hi {{ firstName }} of {{ company | default: "your team" }}';
    expect(text(template, { firstName: 'Zoë', company: null })).toBe('Hi Zoë of your team');
  });

  it.each([
    ['Hi {{ firstName }}', 'firstName'],
    ['Hi {{ firstName | upcase | default: "x" }}', 'firstName'],
    ['{{ "x" | append: company }}', 'company'],
    ['{% if title %}x{% endif %}{{ lastName | default: company }}', 'company'],
  ])('%s never goes out without a value', (template, variable) => {
    for (const value of [null, '', '  ']) {
      const result = render(template, { [variable]: value });
      expect(result).toMatchObject({ ok: false, error: { code: 'missing_variable', variable } });
    }
  });

  it('knows no capture, with which a short text would become a huge one', () => {
    const doubling = '{% capture a %}{{a}}{{a}}{% endcapture %}'.repeat(30);
    expect(render(`{% capture a %}0123456789{% endcapture %}${doubling}{{ a }}`)).toMatchObject({
      ok: false,
      error: { code: 'bad_template' },
    });
    const chained = `{{ "${'a'.repeat(1000)}" | replace: "a", "${'a'.repeat(1000)}" | replace: "a", "aaaaaaaaaa" }}`;
    expect(render(chained)).toMatchObject({ ok: false });
  });

  it('conditions may look at what is missing', () => {
    expect(text('{% if company %}at {{ company }}{% else %}there{% endif %}', { company: null })).toBe(
      'there',
    );
  });

  it('chooses spintax by the seed, the same every time', () => {
    const template = '{Hi|Hello|{Hey|Yo}}';
    const chosen = (contact: string) => text(template, {}, templateSeed(contact));
    const contacts = Array.from({ length: 60 }, (_, index) => `contact ${index}`);
    expect([...new Set(contacts.map(chosen))].sort()).toEqual(['Hello', 'Hey', 'Hi', 'Yo']);
    expect(contacts.map(chosen)).toEqual(contacts.map(chosen));
  });

  it("never reads a contact's data as a template", () => {
    const hostile = '{a|b} {{ email }} {% raw %}';
    expect(text('Hi {{ firstName }}', { firstName: hostile, email: 'secret' })).toBe(`Hi ${hostile}`);
  });

  it('leaves plain braces alone', () => {
    expect(text('a {b} c | d } e {f|g')).toBe('a {b} c | d } e {f|g');
  });

  it.each([
    'Hi {{ firstName',
    '{% for i in (1..9) %}x{% endfor %}',
    '{% include "/etc/passwd" %}',
    '{% render "x" %}',
    '{% assign x = company %}{{ x }}',
    '{{ "now" | date: "%s" }}',
    '{{ firstName | nosuchfilter }}',
    '{% if company %}{% endif %}',
  ])('%s is refused', (template) => {
    expect(render(template, { firstName: 'Bo' })).toMatchObject({
      ok: false,
      error: { code: 'bad_template' },
    });
  });

  it('does not reach into objects', () => {
    expect(render('{{ firstName.constructor.name }}', { firstName: 'Bo' }).ok).toBe(false);
    expect(render('{{ constructor }}').ok).toBe(false);
    expect(render('{{ __proto__ }}').ok).toBe(false);
  });

  it('says which field is too long', () => {
    const result = renderTemplate('x'.repeat(11), {}, 1, { field: 'note', maxLength: 10 });
    expect(result).toMatchObject({ ok: false, error: { code: 'too_long', field: 'note' } });
  });

  it('bounds the memory of a hostile template', () => {
    const grow = ' | replace: "a", "aaaaaaaaaaaaaaaaaaaa"'.repeat(8);
    expect(render(`{{ "a"${grow} }}`)).toMatchObject({ ok: false, error: { code: 'bad_template' } });
  });

  it('evaluates no code, so that it runs under a strict content security policy', () => {
    const forbidden = () => {
      throw new Error('code evaluation');
    };
    vi.stubGlobal('eval', forbidden);
    vi.stubGlobal('Function', forbidden);
    expect(text('{a|a} {% if x %}{{ x | upcase }}{% endif %}', { x: 'y' })).toBe('a Y');
  });
});

describe('variablesOf and templateProblem', () => {
  it('finds the variables of all choices', () => {
    const template =
      '{a {{ title }}|b {{ company }}} {{ firstName | default: lastName }}{% if email %}x{% endif %}';
    expect(variablesOf(template)).toEqual(['company', 'email', 'firstName', 'lastName', 'title']);
  });

  it('finds a mistake in a choice that nobody was given yet', () => {
    expect(templateProblem('{fine|{{ broken | nosuch }}}')).toContain('nosuch');
    expect(templateProblem('{a {% if x %}|b} {% endif %}')).not.toBeNull();
    expect(templateProblem('{a|b} {{ x }}')).toBeNull();
  });
});
