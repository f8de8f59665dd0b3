import { browser } from 'wxt/browser';
import { messageSchemas, type UiAnswer, type UiMessage } from '#shared/protocol/messages.ts';
import { onMessage } from '../messaging.ts';
import type { boot } from './boot.ts';

type Booted = Awaited<ReturnType<typeof boot>>;

/**
 * Registers all message listeners. Orders are taken only from the extension's own pages: a script in a
 * LinkedIn page can tell what it sees, nothing else.
 */
export function receive(booted: Promise<Booted>): void {
  const order = (type: UiMessage, run: (background: Booted, data: unknown) => Promise<UiAnswer>) =>
    onMessage(type, async ({ data, sender }) => {
      if (!isOwnPage(sender.url)) return refused;
      const parsed = messageSchemas[type].safeParse(data ?? undefined);
      if (!parsed.success) return refused;
      return run(await booted, parsed.data);
    });

  order('ui.refresh', ({ controls }) => controls.refresh());
  order('ui.pair', ({ controls }, data) => controls.pair(messageSchemas['ui.pair'].parse(data).serverUrl));
  order('ui.cancelPairing', ({ controls }) => controls.cancelPairing());
  order('ui.unpair', ({ controls }) => controls.unpair());
  order('ui.consent', ({ controls }, data) =>
    controls.consent(messageSchemas['ui.consent'].parse(data).agreed),
  );
  order('ui.pause', ({ controls }) => controls.pause());
  order('ui.resume', ({ controls }) => controls.resume());
  order('ui.stopEverything', ({ controls }) => controls.stopEverything());

  onMessage('sentinel.session', async ({ data, sender }) => {
    const parsed = messageSchemas['sentinel.session'].safeParse(data);
    if (!parsed.success || sender.frameId !== 0) return;
    await (await booted).sessions.seen(parsed.data.report, sender.tab?.id ?? null);
  });
}

function isOwnPage(url: string | undefined): boolean {
  return url?.startsWith(`chrome-extension://${browser.runtime.id}/`) ?? false;
}

const refused: UiAnswer = {
  ok: false,
  title: 'Not understood',
  detail: 'This order did not come from Rapport itself, or has an unknown form.',
  action: 'Close this page and open it again.',
};
