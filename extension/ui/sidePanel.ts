import { browser } from 'wxt/browser';

/** Firefox calls its side panel a sidebar. */
const sidebar = (browser as unknown as { sidebarAction?: { open(): Promise<void> } }).sidebarAction;

/** Must run in the click itself: the browser opens the panel only on a person's gesture. */
export function openSidePanel(): void {
  const opened = sidebar ? sidebar.open() : openInWindow();
  void opened.then(() => window.close());
}

async function openInWindow(): Promise<void> {
  const { id } = await browser.windows.getCurrent();
  if (id !== undefined) await browser.sidePanel.open({ windowId: id });
}
