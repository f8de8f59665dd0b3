import { browser } from 'wxt/browser';
import { systemClock } from '#shared/kernel/clock.ts';
import { linkedinStatuses, mailStatuses } from '#shared/statuses/accounts.ts';
import { stepName } from '#shared/statuses/steps.ts';
import { idleSentence, OFFLINE_MS, presence } from './sentences.ts';
import type { View } from './view.ts';
import { badgeColours } from './words.ts';

/**
 * The popup's first picture, drawn from this browser's storage before the libraries of the page are there: measured, they
 * take longer than everything else together. Nothing in it can be clicked, and screen readers wait for the page itself,
 * which takes its place. What this version cannot read is left to that page, too.
 */
export async function drawFirstPicture(root: HTMLElement): Promise<void> {
  const picture = document.createElement('main');
  picture.ariaHidden = 'true';
  const name = line('Rapport', 'rapport-first-title');
  picture.append(name);
  try {
    draw(picture, name, await stored());
  } catch {
    picture.replaceChildren(name);
  }
  // The page itself may have been quicker.
  if (!root.hasChildNodes()) root.append(picture);
}

/** As it was stored, not parsed: this version's own background wrote it after parsing. */
type Stored = Pick<View, 'pairing' | 'snapshot' | 'activity' | 'pendingStops' | 'trouble' | 'storedAt'>;

async function stored(): Promise<Stored> {
  const [local, session, kept] = await Promise.all([
    browser.storage.local.get(['pairing', 'pendingStops']),
    browser.storage.session.get(['activity', 'trouble']),
    storedSnapshot(),
  ]);
  return { ...local, ...session, ...kept } as unknown as Stored;
}

/** Read without the database's library; one that is not there yet is not made. */
function storedSnapshot(): Promise<object | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('rapport');
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const read = database.transaction('snapshot').objectStore('snapshot').get('device');
      read.onerror = () => reject(read.error);
      read.onsuccess = () => resolve(read.result);
      database.close();
    };
  });
}

function draw(picture: HTMLElement, name: HTMLElement, seen: Stored): void {
  const { pairing, snapshot, activity, trouble, storedAt } = seen;
  if (pairing?.state !== 'paired' || !snapshot) return;
  name.append(line(snapshot.sender.name, 'rapport-first-sender'));
  if (trouble) picture.append(line(trouble.title, 'rapport-warning'));
  const { linkedin, mailbox } = snapshot;
  const badges = line('', 'rapport-first-badges');
  const mail = { SMTP: mailStatuses[mailbox.smtp.status], IMAP: mailStatuses[mailbox.imap.status] };
  for (const [of, { label, colour }] of Object.entries({
    LinkedIn: linkedinStatuses[linkedin.status],
    ...mail,
  })) {
    const badge = line(`${of}: ${label}`, 'rapport-first-badge');
    badge.style.setProperty('--rapport-dot', `var(--mantine-color-${badgeColours[colour]}-6)`);
    badges.append(badge);
  }
  const now = systemClock.now();
  const online = !trouble && storedAt !== null && now - storedAt < OFFLINE_MS;
  picture.append(badges, line(presence({ snapshot, online, storedAt, now }), 'rapport-first-small'));
  const working = activity?.state === 'working';
  const doing = `${stepName(activity?.kind ?? '')} · ${activity?.contactName}`;
  picture.append(
    line('Now', 'rapport-first-heading'),
    line(working ? doing : idleSentence(seen), 'rapport-first-text'),
  );
}

function line(text: string, className: string): HTMLElement {
  const element = document.createElement('div');
  element.className = className;
  element.textContent = text;
  return element;
}
