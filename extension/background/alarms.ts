import { browser } from 'wxt/browser';

const TICK = 'tick';
/** The shortest period the browser allows an alarm. */
const PERIOD_MINUTES = 0.5;

/** Alarms can get lost with an update or a restored profile: looked at on every boot, set again if missing. */
export async function verifyAlarms(): Promise<void> {
  const tick = await browser.alarms.get(TICK);
  if (tick?.periodInMinutes === PERIOD_MINUTES) return;
  await browser.alarms.create(TICK, { periodInMinutes: PERIOD_MINUTES, delayInMinutes: PERIOD_MINUTES });
}
