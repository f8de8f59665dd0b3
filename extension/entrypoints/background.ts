import { browser } from 'wxt/browser';
import { defineBackground } from 'wxt/utils/define-background';
import { boot } from '../background/boot.ts';
import { receive } from '../background/receive.ts';

/**
 * The service worker. Listeners are registered in the first turn, or the browser would not wake it for them;
 * each waits for the one boot.
 */
export default defineBackground({
  type: 'module',
  main() {
    const booted = boot();
    const tick = async () => (await booted).tick();

    receive(booted);
    browser.alarms.onAlarm.addListener(() => void tick());
    browser.runtime.onStartup.addListener(() => void tick());
    browser.runtime.onInstalled.addListener(() => void tick());
    browser.notifications.onClicked.addListener(async (id) => (await booted).notified(id));
    void tick();
  },
});
