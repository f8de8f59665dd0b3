import { expect, it } from 'vitest';
import type { CapacityForecast, KindForecast } from '#shared/contract/automation.ts';
import {
  forecastSentence,
  lastText,
} from '../../../companion-server/dashboard/features/automations/forecastText.ts';

const now = Date.UTC(2026, 9, 1);
const kind = (name: string, at: number, certainty: KindForecast['last']['certainty'] = 'run') => ({
  kind: name,
  count: 430,
  last: { at, certainty },
});
const sender = { senderId: 's', name: 'Olga', contacts: 144, kinds: [] };
const invites: CapacityForecast = {
  contacts: 430,
  kinds: [kind('visit', Date.UTC(2026, 11, 20)), kind('connect', Date.UTC(2026, 11, 9))],
  senders: [sender, sender, sender],
  oneMore: { like: 'Olga', kinds: [kind('connect', Date.UTC(2026, 10, 21))] },
};

it('tells the last invite, with one more sender too', () => {
  expect(forecastSentence(invites, now, 'UTC')).toBe(
    '430 contacts, 3 senders: last invite on 9 December; one more sender: 21 November.',
  );
});

it('tells what ends last where there are no invites, and one of each in the singular', () => {
  const kinds = [
    kind('visit', Date.UTC(2026, 9, 2)),
    kind('send_email', Date.UTC(2027, 0, 8), 'extrapolated'),
  ];
  const forecast = { ...invites, contacts: 1, kinds, senders: [sender], oneMore: null };
  expect(forecastSentence(forecast, now, 'UTC')).toBe(
    '1 contact, 1 sender: last email about 8 January 2027.',
  );
});

it('does not name a day that nobody knows', () => {
  expect(lastText(kind('connect', Date.UTC(2028, 8, 30), 'later_than'), now, 'UTC')).toBe(
    'later than 30 September 2028',
  );
});
