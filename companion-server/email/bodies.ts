import { markdownBodies } from '#shared/automation/markdown.ts';

/** The two bodies of a message: the same words as plain text and as HTML. */

export interface BodyParts {
  /** Markdown. */
  text: string;
  rewriteLink?: (url: string, index: number) => string;
  /** Where the image that is this attachment is found. */
  imageUrl?: (attachmentId: string) => string;
  signatureText: string | null;
  unsubscribeUrl: string;
  openPixelUrl: string | null;
  postalAddress: string;
}

const UNSUBSCRIBE = 'Unsubscribe';

/** Both parts of an email, with signature, unsubscribe link and postal address where they belong. */
export function bodiesOf(parts: BodyParts): { plain: string; html: string } {
  const { text, rewriteLink, imageUrl } = parts;
  const { plain, html } = markdownBodies(text, { rewriteLink, imageUrl });
  return { plain: plainBody(parts, plain), html: htmlBody(parts, html) };
}

function plainBody(parts: BodyParts, text: string): string {
  const lines = [text];
  // "-- " is the signature mark every mail program knows.
  if (parts.signatureText) lines.push('', '-- ', parts.signatureText.trim());
  lines.push('', parts.postalAddress.trim(), `${UNSUBSCRIBE}: ${parts.unsubscribeUrl}`, '');
  return unixLines(lines.join('\n'));
}

function htmlBody(parts: BodyParts, text: string): string {
  const signature = parts.signatureText ? `\n<p>${inline(parts.signatureText.trim())}</p>` : '';
  return unixLines(`<!doctype html>
<html>
<body>
${text}${signature}
<p style="color:#6b6b6b;font-size:12px">${inline(parts.postalAddress.trim())}<br>
<a href="${escapeHtml(parts.unsubscribeUrl)}">${UNSUBSCRIBE}</a></p>${pixel(parts.openPixelUrl)}
</body>
</html>
`);
}

/** What people enter may hold a bare CR, which RFC 5322 forbids in a message; the composer writes CRLF itself. */
function unixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function pixel(url: string | null): string {
  return url === null ? '' : `\n<img src="${escapeHtml(url)}" width="1" height="1" alt="">`;
}

/** One block of text with its line breaks and its links: what people enter outside of templates. */
function inline(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?')\]])/)
    .map((part, index) => (index % 2 === 1 ? link(part) : escapeHtml(part).replace(/\n/g, '<br>\n')))
    .join('');
}

function link(url: string): string {
  return `<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
