import type { ImapFlow, ListResponse } from 'imapflow';
import { expect, it } from 'vitest';
import { watchedFolders } from '../../../companion-server/email/inbound/folder.ts';

/** Folders as a server lists them: path, special use, flags. */
function serverWith(...folders: [path: string, use?: string, ...flags: string[]][]): ImapFlow {
  const listed = folders.map(([path, specialUse, ...flags]) => ({
    path,
    specialUse,
    flags: new Set(flags),
    status: { uidNext: 7, uidValidity: 1n },
  }));
  return { list: async () => listed as unknown as ListResponse[] } as unknown as ImapFlow;
}

const pathsOf = async (client: ImapFlow) => (await watchedFolders(client)).map(({ path }) => path);

it('reads All Mail for every label of Gmail, and beside it only what is not in there', async () => {
  const gmail = serverWith(
    ['[Gmail]', undefined, '\\Noselect'],
    ['Customers'],
    ['[Gmail]/All Mail', '\\All'],
    ['[Gmail]/Drafts', '\\Drafts'],
    ['[Gmail]/Important', '\\Important'],
    ['[Gmail]/Sent Mail', '\\Sent'],
    ['[Gmail]/Spam', '\\Junk'],
    ['[Gmail]/Starred', '\\Flagged'],
    ['[Gmail]/Trash', '\\Trash'],
    ['INBOX'],
  );
  expect(await pathsOf(gmail)).toEqual(['INBOX', '[Gmail]/Spam', '[Gmail]/All Mail', '[Gmail]/Trash']);
});

it('reads every folder elsewhere, those that matter first, never drafts and views of others', async () => {
  const other = serverWith(
    ['Archive', '\\Archive'],
    ['Drafts', '\\Drafts'],
    ['Filtered'],
    ['Gone', undefined, '\\NonExistent'],
    ['Inbox'],
    ['Sent', '\\Sent'],
    ['Spam', '\\Junk'],
    ['Starred', '\\Flagged'],
  );
  expect(await pathsOf(other)).toEqual(['Inbox', 'Spam', 'Sent', 'Archive', 'Filtered']);
});

it('takes mail of the owner as written by the owner, except where others can put it', async () => {
  const folders = await watchedFolders(serverWith(['INBOX'], ['Sent', '\\Sent'], ['Spam', '\\Junk']));
  expect(Object.fromEntries(folders.map(({ path, holdsOwn }) => [path, holdsOwn]))).toEqual({
    INBOX: false,
    Sent: true,
    Spam: false,
  });
});
