import { eq } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import { type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { hashOfToken } from '../../companion-server/auth/deviceToken.ts';
import { schema } from '../../companion-server/db/index.ts';
import type { Pairing } from './browser.ts';
import type { Chance } from './chance.ts';
import { addAutomation, addContact, addSender, type Person, START, type Stage, WORKSPACE } from './setup.ts';
import { type TemplateName, templates } from './templates.ts';

/** The small world of one seed: who there is, and what runs. */
export interface Scenario {
  senders: { id: string; settings: SenderSettings }[];
  browsers: Pairing[];
  people: Person[];
  automations: string[];
  order: string | null;
}

/** What is given instead of drawn: a world in which a certain thing is likely to be seen. */
export interface Tilt {
  template?: TemplateName;
  people?: number;
  senders?: number;
  /** Browsers of each sender. */
  browsers?: 1 | 2;
  /** Actions of each kind a day. */
  cap?: number;
  /** What people do in the dashboard, each time. */
  order?: string;
}

export async function drawScenario(
  stage: Stage,
  chance: Chance,
  ownerUserId: string,
  tilt: Tilt = {},
): Promise<Scenario> {
  const senders = drawSenders(chance, tilt);
  const browsers: Pairing[] = [];
  for (const { id, settings } of senders) {
    const hasTwo = tilt.browsers ? tilt.browsers === 2 : chance.happens(0.35);
    const devices = hasTwo ? [`${id}-d1`, `${id}-d2`] : [`${id}-d1`];
    await addSender(stage, id, { settings, devices });
    await stage.db.write((tx) =>
      tx.update(schema.sender).set({ ownerUserId }).where(eq(schema.sender.id, id)),
    );
    for (const deviceId of devices) browsers.push(await withToken(stage, deviceId, id));
  }
  await stage.db.write(async (tx) => {
    const created = { workspaceId: WORKSPACE, createdAt: START };
    await tx.insert(schema.tag).values({ id: 't1', name: 'Tag', ...created });
    await tx.insert(schema.list).values({ id: 'l2', name: 'Other list', ...created });
  });
  const people: Person[] = [];
  const count = tilt.people ?? chance.pick(2, 4);
  for (let n = 1; n <= count; n++) {
    const company = chance.happens(0.5) ? { companyId: 'company' } : {};
    people.push(
      await addContact(stage, n, { bound: chance.happens(0.4), email: chance.happens(0.85), ...company }),
    );
  }
  const automations: string[] = [];
  for (let n = 1; n <= (chance.happens(0.2) ? 2 : 1); n++) {
    const template = templates[tilt.template ?? chance.one(names)];
    const id = `a${n}`;
    await addAutomation(
      stage,
      id,
      template(
        id,
        senders.map((each) => each.id),
        chance,
      ),
    );
    automations.push(id);
  }
  return { senders, browsers, people, automations, order: tilt.order ?? null };
}

const names = Object.keys(templates) as TemplateName[];

function drawSenders(chance: Chance, tilt: Tilt): Scenario['senders'] {
  const ids = ['s1', 's2', 's3'].slice(0, tilt.senders ?? chance.one([1, 1, 1, 1, 2, 2, 3]));
  return ids.map((id) => ({ id, settings: drawSettings(chance, tilt) }));
}

/** Small caps and windows in zones that change their clocks within the simulated weeks. */
function drawSettings(chance: Chance, tilt: Tilt): SenderSettings {
  const zone = chance.one(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland']);
  const days = chance.happens(0.5) ? [1, 2, 3, 4, 5] : [1, 2, 3, 4, 5, 6, 7];
  const [from, to] = chance.one([
    ['09:00', '18:00'],
    ['00:00', '24:00'],
    ['10:30', '14:00'],
  ] as const);
  const cap = (least: number, most: number) => ({
    daily: tilt.cap ?? chance.pick(least, most),
    weekly: chance.pick(most, most * 4),
  });
  return senderSettings.parse({
    window: { zone, days, from, to },
    caps: {
      invite: cap(1, 6),
      message: cap(2, 8),
      inmail: cap(1, 3),
      follow_like: cap(1, 5),
      withdrawal: cap(1, 4),
      page_load: cap(4, 20),
      email: cap(2, 8),
    },
    gaps: {
      linkedin: { minMs: 30_000, maxMs: chance.pick(30_000, 4 * MINUTE) },
      email: { minMs: 5_000, maxMs: chance.pick(5_000, 3 * MINUTE) },
    },
    rampEnabled: chance.happens(0.2),
  });
}

async function withToken(stage: Stage, deviceId: string, senderId: string): Promise<Pairing> {
  const token = `token-of-the-browser-${deviceId}`;
  const { device } = schema;
  await stage.db.write((tx) =>
    tx
      .update(device)
      .set({ tokenHash: hashOfToken(token) })
      .where(eq(device.id, deviceId)),
  );
  return { deviceId, senderId, token };
}
