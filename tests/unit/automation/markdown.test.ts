import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeMarkdown, linksOf, markdownBodies, markdownPlain } from '#shared/automation/markdown.ts';
import { renderTemplate } from '#shared/automation/render.ts';

const text =
  'Hi **you**,\n\nsee [our *page*](https://x.test/p_q) or https://y.test/a?b=1&c=2.\n\n- one\n  - two\n\n3. a\n4. b';

describe('one source, two bodies', () => {
  it('makes HTML of it', () => {
    const html = markdownBodies(text).html;
    expect(html).toContain('<p>Hi <strong>you</strong>,</p>');
    expect(html).toContain('<a href="https://x.test/p_q">our <em>page</em></a>');
    expect(html).toContain('<a href="https://y.test/a?b=1&amp;c=2">');
    expect(html).toContain('<ol start="3">');
  });

  it('says the same as plain text', () => {
    expect(markdownPlain(text)).toBe(
      'Hi you,\n\nsee our page (https://x.test/p_q) or https://y.test/a?b=1&c=2.\n\n- one\n  - two\n\n3. a\n4. b',
    );
  });

  it.each([
    '<script>alert(1)</script>',
    '[x](javascript:alert(1))',
    '![x](data:text/html,x)',
    '<img src=x onerror=y>',
  ])('lets no %s into the HTML', (bad) => {
    const tags = markdownBodies(bad).html.match(/<\/?[a-z]+/gi) ?? [];
    expect(tags.filter((tag) => !/^<\/?p$/i.test(tag))).toEqual([]);
  });

  it('rewrites links to pages only, in their order', () => {
    const source = '[a](https://a.test) <b> [mail](mailto:x@y.test) https://b.test';
    expect(linksOf(source)).toEqual(['https://a.test', 'https://b.test']);
    const html = markdownBodies(source, { rewriteLink: (_url, index) => `https://t.test/${index}` }).html;
    expect(html.match(/href="[^"]*"/g)).toEqual([
      'href="https://t.test/0"',
      'href="mailto:x@y.test"',
      'href="https://t.test/1"',
    ]);
  });
});

it.each([
  '*Foo* & _Co_',
  '1. FC Köln',
  '- minus',
  '[x](http://evil.test)',
  'a_b@c.d',
  'back\\slash',
  '`code`',
  '<b>',
])("shows a contact's %s as it is", (value) => {
  const rendered = renderTemplate('{{ company }}', { company: value }, 1, { markdown: true });
  if (!rendered.ok) throw new Error(rendered.error.message);
  expect(markdownPlain(rendered.value)).toBe(value);
});

it('makes no markup of any value', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'*_[]()`-+1.a <>\\!'), maxLength: 30 }), (value) => {
      const html = markdownBodies(`x ${escapeMarkdown(value)} y`).html;
      expect(html.match(/<(?!p>|\/p>|br>)[a-z/]+/gi) ?? []).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
