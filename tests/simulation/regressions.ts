import { HOUR } from '#shared/kernel/clock.ts';
import { type Bug, whenever } from './bugs.ts';
import type { Faults } from './faults.ts';
import { noFaults } from './faults.ts';
import { pageTold } from './imports.ts';
import type { Request } from './network.ts';
import type { Tilt } from './scenario.ts';

/** A world in which something was found, as it was played: what matters is given, so that no change of the draws loses it. */
export interface Regression {
  found: string;
  seed: number;
  faults: Faults;
  tilt: Tilt;
  /** The defect, put back from outside: the world must notice it. */
  defect: Bug;
}

/** Work is over at 14:00; each night the rep disconnects, and somebody lets everything go on. */
const atNight: Tilt = {
  template: 'looking',
  people: 4,
  browsers: 1,
  cap: 1,
  hours: ['10:00', '14:00'],
  keepsLimits: true,
  script: [10, 34, 58, 82, 106, 130].map((hours) => ({
    afterMs: hours * HOUR,
    order: 'disconnects LinkedIn',
  })),
};

/** After a reconnect the browser is asked no sooner than in the working window. */
const isNotAsked: Bug = {
  jobs: 600,
  sql: [
    whenever(
      'channel',
      'reconcile_from',
      `NEW.reconcile_from IS NOT NULL AND NEW.status <> 'active'`,
      'UPDATE channel SET reconcile_from = NULL WHERE id = NEW.id',
    ),
  ],
};

/** Each person of a list comes under the name of whoever had their address before, so that no name speaks against it. */
function underTheKnownName(request: Request): Request {
  const told = pageTold(request);
  if (!told?.read.ok) return request;
  const { value } = told.read;
  const people = value.people.map((person) => ({
    ...person,
    name: person.slug?.replace('person-', 'Person').concat(' Test') ?? person.name,
  }));
  return { ...request, body: JSON.stringify({ ...told, read: { ok: true, value: { ...value, people } } }) };
}

export const regressions: readonly Regression[] = [
  {
    found: 'after a reconnect by the rep at night nobody asked the browser who is signed in',
    seed: 1,
    faults: noFaults,
    tilt: { ...atNight, senders: 1 },
    defect: isNotAsked,
  },
  {
    found: 'the same, with another sender profile going on meanwhile',
    seed: 2,
    faults: noFaults,
    tilt: { ...atNight, senders: 2 },
    defect: isNotAsked,
  },
  {
    found: 'whoever had taken over an address was imported into the contact known by it',
    seed: 6,
    faults: { ...noFaults, moveSlug: 0.5 },
    tilt: { imports: true, template: 'invite', people: 3, senders: 1, browsers: 1, cap: 10 },
    defect: { jobs: 600, request: underTheKnownName },
  },
];
