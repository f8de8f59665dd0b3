import { listImportRoutes } from '#shared/contract/listImport.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { ListFailure, ListRead } from '#shared/protocol/lists.ts';
import type { DeviceApi } from '../../extension/background/api.ts';
import type { ListRequest } from '../../extension/background/runner/ports.ts';
import type { Books } from './books.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Request } from './network.ts';
import type { Person } from './setup.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';
import { nameOf, type World } from './world.ts';

/** A list of people on LinkedIn that a rep imports into the list the automations feed on. */
export interface ImportPlan {
  senderId: string;
  /** Nobody knows them yet. */
  strangers: number;
  pageSize: number;
  /** Pages of lists a day and a week. */
  cap: { daily: number; weekly: number };
}

const URL = 'https://www.linkedin.com/search/results/people/?keywords=people';
const INTO = 'List';

/** Somebody who is on LinkedIn alone: who imports them gives them their id. */
export function strangerOf(n: number): Person {
  return {
    contactId: `stranger-${n}`,
    slug: `person-${n}`,
    profileId: `ACoAAperson${String(n).padStart(6, '0')}`,
    memberId: String(1000 + n),
    email: null,
    companyId: null,
  };
}

const passing = ['timeout', 'timeout', 'linkedin_error', 'too_many_requests', 'layout_unknown'] as const;

/** A page of the list as a member's tab reads it. */
export function readPage(
  world: World,
  { start, expectedMemberId }: ListRequest,
  { chance, faults }: { chance: Chance; faults: Faults },
): ListRead {
  if (chance.fails(faults.refuse)) return err(refused(chance.one(passing)));
  const { importing } = world;
  if (!importing) return err(refused('layout_unknown'));
  const end = start + importing.pageSize;
  const people = importing.people.slice(start, end).map((person) => {
    const { state } = world.tie(expectedMemberId ?? '', person);
    const { profileId, memberId } = person;
    return {
      ...{ profileId, memberId, slug: world.slugOf(person), name: nameOf(person) },
      ...{ headline: 'Works', company: null, location: null },
      degree: state === 'connected' ? (1 as const) : (2 as const),
    };
  });
  const total = importing.people.length;
  return ok({ people, nameless: 0, total, next: end < total ? end : null });
}

export function refused(code: ListFailure['code']): ListFailure {
  return { code, detail: code };
}

export interface RepWorld {
  time: VirtualTime;
  chance: Chance;
  faults: Faults;
  books: Books;
  world: World;
  /** What the rep's own browser asks the server; null: it is shut. */
  api(): DeviceApi | null;
  trace(text: string): void;
}

/** The rep who imports a list, and what must be true of the import. */
export class ImportingRep {
  constructor(private readonly env: RepWorld) {}

  open(): void {
    const { time, chance } = this.env;
    time.after(chance.pick(20, 150) * SECOND, () => {
      this.open();
      time.start(() => this.look());
    });
  }

  /** The import was begun and is over. */
  async isOver(): Promise<boolean> {
    const rows = await this.imports();
    return rows.length > 0 && rows.every(({ state }) => state === 'done');
  }

  /**
   * Whoever came in is known by their contact from now on. Somebody who was known by an address that leads to another
   * person now has two: one with their email, one that is bound to them.
   */
  async meet(): Promise<void> {
    const { world, books } = this.env;
    for (const person of world.importing?.people ?? []) {
      const [row] = await books.rows(
        `SELECT id, first_name || ' ' || last_name AS name FROM contact WHERE linkedin_profile_id = ?`,
        [person.profileId],
      );
      if (!row) continue;
      if (row.name !== nameOf(person))
        throw new Violation(`contact ${row.id}, ${row.name}, has the ids of ${nameOf(person)}`);
      const id = String(row.id);
      if (person.contactId.startsWith('stranger')) person.contactId = id;
      world.bound.set(person, id);
    }
  }

  /** Nobody is there twice; of a list that was read to its end nobody is missing, and each row is counted once. */
  async check(): Promise<void> {
    const { books, world } = this.env;
    const [twice] = await books.rows(
      `SELECT linkedin_profile_id AS who FROM contact WHERE linkedin_profile_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1
        UNION ALL SELECT contact_id FROM enrollment GROUP BY contact_id, automation_id, rotation HAVING count(*) > 1`,
    );
    if (twice) throw new Violation(`${twice.who} is there twice`);
    const people = world.importing?.people ?? [];
    for (const { id, state, rows, counted } of await books.rows(
      `SELECT l.id, l.state, c.row_count AS counted, c.added + c.updated + c.duplicates + c.rejected AS rows
        FROM list_import l JOIN contact_import c ON c.id = l.id`,
    )) {
      if (rows !== counted) throw new Violation(`import ${id} counts ${counted} rows and tells of ${rows}`);
      if (Number(counted) > people.length) throw new Violation(`import ${id} took in ${counted} people`);
      if (state !== 'done') continue;
      if (counted !== people.length)
        throw new Violation(`import ${id} is over with ${counted} of ${people.length} people`);
      const listed = await books.rows(
        `SELECT c.linkedin_profile_id AS who FROM list_member m JOIN contact c ON c.id = m.contact_id
          JOIN list l ON l.id = m.list_id WHERE l.name = ?`,
        [INTO],
      );
      const missing = people.find(({ profileId }) => !listed.some(({ who }) => who === profileId));
      if (missing) throw new Violation(`import ${id} is over without ${missing.slug}`);
    }
  }

  private async look(): Promise<void> {
    const { time, chance, faults, trace } = this.env;
    const rows = await time.work(() => this.imports());
    const api = this.env.api();
    if (!api) return;
    const running = rows.find(({ state }) => state === 'running');
    const stopped = rows.find(({ state }) => state === 'stopped');
    if (rows.length === 0) {
      trace('the rep imports a list');
      await api.importList({ url: URL, listName: INTO, atMost: 100 });
    } else if (running && chance.fails(faults.operate / 4)) {
      trace(`the rep stops import ${running.id}`);
      await api.stopImport(String(running.id));
    } else if (stopped && (!chance.faultsOn || chance.happens(0.3))) {
      trace(`the rep resumes import ${stopped.id} (${stopped.reason})`);
      await api.resumeImport(String(stopped.id));
    }
  }

  private imports() {
    return this.env.books.rows('SELECT id, state, reason FROM list_import ORDER BY id');
  }
}

/** What a device said that a page gave; null: the request is about something else. */
export function pageTold({ url, body }: Request) {
  if (!/\/device\/imports\/\w+\/page$/.test(url)) return null;
  return listImportRoutes.page.body.parse(JSON.parse(body ?? ''));
}
