import MarkdownIt, { type Token } from 'markdown-it';

/**
 * The one source of an email's two bodies: paragraphs, line breaks, **bold**, *italic*, lists, links and images, and
 * nothing else of Markdown. No HTML passes.
 */
const markdown = new MarkdownIt('zero', { linkify: true, breaks: true }).enable([
  'emphasis',
  'escape',
  'image',
  'link',
  'linkify',
  'list',
  'newline',
]);
// "example.com" or an address in a sentence stays as it was written; what is meant as a link starts with http.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.validateLink = (url) => /^(https?:\/\/|mailto:|cid:|attachment:)/i.test(url.trim());

/** How a text shows one of the workspace's files: `![what it shows](attachment:<id>)`. */
const ATTACHMENT = 'attachment:';
export const ATTACHMENT_LINK =
  'A link cannot lead to an attachment. Put ! before it to show an image, or attach the file.';

export interface HtmlOptions {
  /** What a link leads to instead; `index` counts the links of the text from 0. */
  rewriteLink?: (url: string, index: number) => string;
  /** Where the image that is this attachment is found. */
  imageUrl?: (attachmentId: string) => string;
}

/** Both bodies of one text, which is parsed once. */
export function markdownBodies(text: string, options: HtmlOptions = {}): { plain: string; html: string } {
  const tokens = markdown.parse(text, {});
  // The plain one first: the other changes where links lead.
  return { plain: plainOf(tokens), html: htmlOf(tokens, options) };
}

function htmlOf(tokens: Token[], { rewriteLink, imageUrl }: HtmlOptions): string {
  if (rewriteLink) {
    for (const [index, link] of linksIn(tokens).entries()) {
      link.attrSet('href', rewriteLink(hrefOf(link), index));
    }
  }
  for (const image of imageUrl ? imagesIn(tokens) : []) {
    const id = attachmentOf(image, 'src');
    if (id !== null && imageUrl) image.attrSet('src', imageUrl(id));
  }
  return markdown.renderer.render(tokens, markdown.options, {}).trim();
}

/** The attachments that a text shows as images, each once. */
export function attachmentsIn(text: string): string[] {
  if (!text.includes(ATTACHMENT)) return [];
  const ids = imagesIn(markdown.parse(text, {})).map((image) => attachmentOf(image, 'src'));
  return [...new Set(ids.filter((id) => id !== null))];
}

/** Whether a text links to an attachment, which leads nowhere outside of the message. */
export function linksToAttachment(text: string): boolean {
  const tokens = text.includes(ATTACHMENT) ? inlineTokens(markdown.parse(text, {})) : [];
  return tokens.some((token) => token.type === 'link_open' && attachmentOf(token, 'href') !== null);
}

function imagesIn(tokens: readonly Token[]): Token[] {
  return inlineTokens(tokens).filter(({ type }) => type === 'image');
}

function attachmentOf(token: Token, attribute: 'src' | 'href'): string | null {
  const url = String(token.attrGet(attribute) ?? '');
  return url.startsWith(ATTACHMENT) ? url.slice(ATTACHMENT.length) : null;
}

function inlineTokens(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => token.children ?? []);
}

/** Where the links of a text lead, in order: what `rewriteLink` is asked about. */
export function linksOf(text: string): string[] {
  return linksIn(markdown.parse(text, {})).map(hrefOf);
}

function hrefOf(link: Token): string {
  return String(link.attrGet('href') ?? '');
}

/** Links to pages; an address to write to is none. */
function linksIn(tokens: readonly Token[]): Token[] {
  const links = inlineTokens(tokens).filter((token) => token.type === 'link_open');
  return links.filter((link) => /^https?:/i.test(hrefOf(link)));
}

/** The same words as plain text: a link with another text stands behind it in brackets, images are left out. */
export function markdownPlain(text: string): string {
  return plainOf(markdown.parse(text, {}));
}

function plainOf(tokens: readonly Token[]): string {
  const lines: string[] = [];
  /** Of each list one is in: the next number, null for bullets. */
  const lists: (number | null)[] = [];
  let mark = '';
  for (const token of tokens) {
    switch (token.type) {
      case 'bullet_list_open':
        lists.push(null);
        break;
      case 'ordered_list_open':
        lists.push(Number(token.attrGet('start') ?? 1));
        break;
      case 'bullet_list_close':
      case 'ordered_list_close':
        lists.pop();
        if (lists.length === 0) lines.push('');
        break;
      case 'list_item_open': {
        const number = lists.at(-1) ?? null;
        mark = number === null ? '- ' : `${number}. `;
        if (number !== null) lists[lists.length - 1] = number + 1;
        break;
      }
      case 'inline': {
        const indent = '  '.repeat(Math.max(0, lists.length - 1));
        lines.push(`${indent}${mark}${inlinePlain(token.children ?? [])}`);
        mark = '';
        if (lists.length === 0) lines.push('');
        break;
      }
    }
  }
  return lines.join('\n').trim();
}

function inlinePlain(tokens: readonly Token[]): string {
  let text = '';
  let link: { url: string; from: number } | null = null;
  for (const token of tokens) {
    if (token.type === 'link_open') link = { url: hrefOf(token), from: text.length };
    else if (token.type === 'link_close' && link) {
      const label = text.slice(link.from);
      if (!isSame(label, link.url)) text += ` (${link.url.replace(/^mailto:/i, '')})`;
      link = null;
    } else if (token.type === 'softbreak' || token.type === 'hardbreak') text += '\n';
    else if (token.type !== 'image') text += token.content;
  }
  return text;
}

function isSame(label: string, url: string): boolean {
  const bare = (each: string) => each.replace(/^(mailto:|https?:\/\/)/i, '').replace(/\/$/, '');
  return bare(label) === bare(url) || label === decode(url);
}

function decode(url: string): string {
  try {
    return decodeURI(url);
  } catch {
    return url;
  }
}

/**
 * A contact's value as it stands in the text, whatever is in it: no value makes a link, a list or a bold word. An
 * underscore within a word means nothing and stays, so that addresses keep their form.
 */
export function escapeMarkdown(value: unknown): string {
  return String(value ?? '')
    .replace(/[\\`*[\]<]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
    .replace(/^(\s*)([-+])(?=\s)/gm, '$1\\$2')
    .replace(/^(\s*\d{1,9})([.)])(?=\s)/gm, '$1\\$2');
}
