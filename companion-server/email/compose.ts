import { encode as encodeBase64, wrap as wrapBase64 } from 'nodemailer/lib/base64';
import MailComposer, { type MailComposerOptions } from 'nodemailer/lib/mail-composer';
import type MimeNode from 'nodemailer/lib/mime-node';
import { encode as encodeQuoted, wrap as wrapQuoted } from 'nodemailer/lib/qp';
import { assert } from '#shared/kernel/assert.ts';

/**
 * The library's tree of parts and headers, written in one go. Its own way, a chain of streams for every part, cost half
 * of what a whole message costs (`npm run bench:email`). Lines end in CRLF.
 */
export function compose(options: MailComposerOptions, listUnsubscribe: readonly string[] = []): Buffer {
  const root = new MailComposer({ ...options, disableFileAccess: true, disableUrlAccess: true }).compile();
  // Only the library's mailer knows `list`, and it takes the streams' way.
  const value = listUnsubscribe.map((url) => `<${url}>`).join(', ');
  if (value) root.addHeader('List-Unsubscribe', { prepared: true, foldLines: true, value });
  const text = written(root).replace(/\r\n?|\n/g, '\r\n');
  return Buffer.from(text.endsWith('\n') ? text : `${text}\r\n`, 'latin1');
}

/** One character for each byte. */
function written(node: MimeNode): string {
  const head = `${bytes(node.buildHeaders())}\r\n\r\n`;
  if (node.childNodes.length === 0) return head + contentOf(node);
  const parts = node.childNodes.map((child) => `--${node.boundary}\r\n${written(child)}\r\n`);
  return `${head}${parts.join('')}--${node.boundary}--\r\n`;
}

function contentOf(node: MimeNode): string {
  const { content } = node;
  if (content === undefined) return '';
  assert(typeof content === 'string' || Buffer.isBuffer(content), 'a part is given as it is');
  switch (node.getTransferEncoding()) {
    case 'quoted-printable':
      return wrapQuoted(encodeQuoted(content));
    case 'base64':
      return wrapBase64(encodeBase64(content));
    default:
      return bytes(content);
  }
}

function bytes(content: string | Buffer): string {
  return (typeof content === 'string' ? Buffer.from(content) : content).toString('latin1');
}
