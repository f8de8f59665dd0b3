import sanitizeHtml from 'sanitize-html';

/** Longer HTML is a page, not a letter; its text part is shown. */
const HTML_LENGTH = 200_000;

/**
 * HTML that shows and does nothing: no script, style sheet, form or frame, and nothing that loads from anywhere, so
 * that nobody learns that it was read. Null: too long to be worth it.
 */
export function safeHtml(html: string): string | null {
  if (html.length > HTML_LENGTH) return null;
  const clean = sanitizeHtml(html, {
    allowedTags: TAGS,
    allowedAttributes: {
      a: ['href', 'target', 'rel'],
      td: ['colspan', 'rowspan'],
      th: ['colspan', 'rowspan'],
      '*': ['dir', 'lang'],
    },
    allowedSchemes: ['https', 'http', 'mailto', 'tel'],
    allowProtocolRelative: false,
    nestingLimit: 60,
    transformTags: {
      a: sanitizeHtml.simpleTransform('a', { target: '_blank', rel: 'noopener noreferrer nofollow' }),
    },
    nonTextTags: ['script', 'style', 'textarea', 'option', 'noscript', 'title', 'head'],
  });
  // Written out, a character may take five.
  return clean.length > 2 * HTML_LENGTH ? null : clean.trim() || null;
}

const TAGS = [
  ...['p', 'br', 'div', 'span', 'blockquote', 'pre', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
  ...['b', 'strong', 'i', 'em', 'u', 's', 'sub', 'sup', 'small', 'code', 'a'],
  ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th', 'caption'],
];

const BREAKS = new Set(['p', 'div', 'br', 'li', 'tr', 'h1', 'h2', 'h3', 'h4', 'blockquote', 'hr']);

/** The words of a message that has no text part; quoted blocks are marked as mail programs mark them. */
export function htmlAsText(html: string): string {
  const text = sanitizeHtml(html.slice(0, HTML_LENGTH), {
    allowedTags: [...BREAKS],
    allowedAttributes: {},
    nestingLimit: 60,
  });
  const lines: string[] = [];
  let depth = 0;
  for (const [, closing, tag, words] of text.matchAll(/<(\/?)([a-z0-9]+)[^>]*>|([^<]+)/g)) {
    if (words !== undefined) {
      const last = lines.pop() ?? '';
      lines.push((last || '>'.repeat(depth) + (depth > 0 ? ' ' : '')) + words.replace(/\s+/g, ' '));
    } else {
      if (tag === 'blockquote') depth = Math.max(0, Math.min(depth + (closing ? -1 : 1), 20));
      if (tag && BREAKS.has(tag)) lines.push('');
    }
  }
  return unescaped(lines.join('\n'))
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" };

function unescaped(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
