import type { z } from 'zod';
import { messageSchemas, type UiAnswer, type UiMessage } from '#shared/protocol/messages.ts';
import { onMessage } from '../messaging.ts';
import type { boot } from './boot.ts';

type Booted = Awaited<ReturnType<typeof boot>>;

/**
 * Registers all message listeners. Orders are taken only from the extension's own pages: a script in a
 * LinkedIn page can tell what it sees, nothing else.
 */
export function receive(booted: Promise<Booted>): void {
  const order = <T extends UiMessage>(
    type: T,
    run: (background: Booted, data: z.output<(typeof messageSchemas)[T]>) => Promise<UiAnswer>,
  ) =>
    onMessage(type as UiMessage, async ({ data, sender }) => {
      if (!isOwnPage(sender.url)) return refused;
      const parsed = messageSchemas[type].safeParse(data ?? undefined);
      if (!parsed.success) return refused;
      return run(await booted, parsed.data as z.output<(typeof messageSchemas)[T]>);
    });

  order('ui.refresh', ({ controls }) => controls.refresh());
  order('ui.pair', ({ controls }, { serverUrl }) => controls.pair(serverUrl));
  order('ui.cancelPairing', ({ controls }) => controls.cancelPairing());
  order('ui.unpair', ({ controls }) => controls.unpair());
  order('ui.consent', ({ controls }, { agreed }) => controls.consent(agreed));
  order('ui.pause', ({ controls }) => controls.pause());
  order('ui.resume', ({ controls }) => controls.resume());
  order('ui.reconnect', ({ controls }) => controls.reconnect());
  order('ui.stopEverything', ({ controls }) => controls.stopEverything());
  order('ui.mode', ({ controls }, { approveEach }) => controls.mode(approveEach));
  order('ui.look', ({ people }, { person }) => people.look(person));
  order('ui.lead', ({ people }, { tabId, url, name }) => people.lead(tabId, url, name));
  order('ui.targets', ({ people }) => people.targets());
  order('ui.addToList', ({ people }, { person, listName }) => people.addToList(person, listName));
  order('ui.addToAutomation', ({ people }, { person, automationId }) =>
    people.addToAutomation(person, automationId),
  );
  order('ui.pin', ({ people }, { person, contactId, pinned }) => people.pin(person, contactId, pinned));
  order('ui.addNote', ({ people }, { person, contactId, text }) => people.addNote(person, contactId, text));
  order('ui.removeNote', ({ people }, { person, contactId, noteId }) =>
    people.removeNote(person, contactId, noteId),
  );
  order('ui.imports', ({ imports }) => imports.refresh());
  order('ui.importList', ({ imports }, data) => imports.start(data));
  order('ui.stopImport', ({ imports }, { importId }) => imports.stop(importId));
  order('ui.resumeImport', ({ imports }, { importId }) => imports.resume(importId));
  order('ui.approvals', ({ people }) => people.approvals());
  order('ui.approve', ({ people }, { taskId, textHash, edited }) => people.approve(taskId, textHash, edited));
  order('ui.skip', ({ people }, { taskId }) => people.skip(taskId));

  onMessage('sentinel.session', async ({ data, sender }) => {
    const parsed = messageSchemas['sentinel.session'].safeParse(data);
    if (!parsed.success || sender.frameId !== 0) return;
    await (await booted).sessions.seen(parsed.data.report, sender.tab?.id ?? null);
  });

  onMessage('runner.used', async ({ sender }) => {
    if (sender.tab?.id !== undefined) await (await booted).used(sender.tab.id);
  });
}

function isOwnPage(url: string | undefined): boolean {
  return url?.startsWith(`${location.origin}/`) ?? false;
}

const refused: UiAnswer = {
  ok: false,
  title: 'Not understood',
  detail: 'This order did not come from Rapport itself, or has an unknown form.',
  action: 'Close this page and open it again.',
};
