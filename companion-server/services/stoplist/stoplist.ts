import { and, desc, eq, lt } from 'drizzle-orm';
import type { z } from 'zod';
import type { stoplistEntry, stoplistRoutes } from '#shared/contract/contact.ts';
import { companyKey } from '#shared/identity/company.ts';
import { isPublicSuffix } from '#shared/identity/domains.ts';
import { normalizeEmail } from '#shared/identity/email.ts';
import { parseLinkedinUrl } from '#shared/identity/linkedin.ts';
import { schema } from '../../db/index.ts';
import { addStoplistEntry, forgetStops, hashOf } from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { decodeCursor, idKey, pageOf } from '../page.ts';
import { invalid, notFound } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import { noteTakenOff, tryKeepStops } from '../upkeep/stops.ts';

const { suppression } = schema;

type Entry = z.input<typeof stoplistEntry>;
type Kind = Entry['kind'];

function view(row: Omit<typeof suppression.$inferSelect, 'endingAfter'>): Entry {
  return { id: row.id, kind: row.kind, value: row.value, reason: row.reason, at: row.at ?? 0 };
}

/** The stoplist, newest first. */
export async function listStoplist(call: Call, query: z.output<typeof stoplistRoutes.list.query>) {
  const before = decodeCursor(query.cursor, idKey);
  const rows = await call.db.reader
    .select()
    .from(suppression)
    .where(
      and(eq(suppression.workspaceId, call.workspaceId), before ? lt(suppression.id, before[0]) : undefined),
    )
    .orderBy(desc(suppression.id))
    .limit(query.limit + 1);
  return pageOf(rows, query.limit, (row) => [row.id], view);
}

const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

const LINKEDIN_PAGE = /linkedin\.com\/./i;

/**
 * What plainly is meant as an address is never taken for a company's name: a mistyped entry would match nobody,
 * and the person meant would go on getting messages.
 */
function kindsMeantBy(value: string): Kind[] {
  if (LINKEDIN_PAGE.test(value)) return ['linkedin_slug'];
  if (/^[^@]+@/.test(value)) return ['email'];
  if (/^@|:\/\/|^\S+\.\S+$/.test(value)) return ['domain'];
  return ['company'];
}

/** The kind and the form it is compared in; null: the value is not of that kind. */
function recognise(value: string, kind: Kind | undefined): { kind: Kind; value: string } | null {
  const readers: Record<string, () => { kind: Kind; value: string } | null> = {
    email: () => {
      const email = value.includes('@') && !value.startsWith('@') ? normalizeEmail(value) : null;
      return email ? { kind: 'email', value: email } : null;
    },
    linkedin_slug: () => {
      const slug =
        kind === 'linkedin_slug' && !value.includes('/') ? `https://www.linkedin.com/in/${value}/` : value;
      const identity = parseLinkedinUrl(slug);
      if (!identity) return null;
      return 'slug' in identity
        ? { kind: 'linkedin_slug', value: identity.slug }
        : { kind: 'linkedin_profile', value: identity.profileId };
    },
    domain: () => {
      if (LINKEDIN_PAGE.test(value)) return null;
      const domain = value
        .toLowerCase()
        .replace(/^@/, '')
        .replace(/^https?:\/\/(?:www\.)?/, '')
        .replace(/\/.*$/, '');
      return DOMAIN.test(domain) && !isPublicSuffix(domain) ? { kind: 'domain', value: domain } : null;
    },
    company: () => {
      const key = companyKey(value);
      return key ? { kind: 'company', value: key } : null;
    },
  };
  for (const each of kind ? [kind] : kindsMeantBy(value)) {
    const found = readers[each]?.();
    if (found) return found;
  }
  return null;
}

const kindWords: Record<Kind, string> = {
  email: 'email address',
  domain: 'domain',
  linkedin_slug: 'LinkedIn profile',
  linkedin_member: 'LinkedIn profile',
  linkedin_profile: 'LinkedIn profile',
  company: 'company name',
};

/** Adding is open to every member: it only ever stops things. Nothing goes out to whom it names from this moment on. */
export async function addToStoplist(
  call: MemberCall,
  input: z.output<typeof stoplistRoutes.add.body>,
): Promise<Entry> {
  const key = recognise(input.value, input.kind);
  if (!key) {
    throw invalid(
      'value',
      'not_recognised',
      `"${input.value}" is no ${input.kind ? kindWords[input.kind] : 'email, domain, LinkedIn profile or company'}.`,
      'E.g. anna@example.com, example.com, linkedin.com/in/anna-berg or a company name.',
    );
  }
  const entry = await call.db.write(async (tx) => {
    const where = and(
      eq(suppression.workspaceId, call.workspaceId),
      eq(suppression.kind, key.kind),
      eq(suppression.value, key.value),
    );
    const existing = (await tx.select().from(suppression).where(where))[0];
    if (existing) return view(existing);
    const row = {
      id: call.newId(),
      workspaceId: call.workspaceId,
      ...key,
      reason: input.reason,
      via: null,
      inboundId: null,
      by: call.actor.id,
      at: call.clocks.schedule.now(),
    };
    await addStoplistEntry(unitOf(call, tx), row);
    await audit(tx, call, { action: 'stoplist.added', entity: 'stoplist', entityId: row.id });
    return view(row);
  });
  await tryKeepStops(call);
  return entry;
}

/** Takes an entry off the stoplist, and out of the log beside the database. Managers only. Refuses with `not_found`. */
export async function removeFromStoplist(call: MemberCall, entryId: string): Promise<void> {
  requireManager(call);
  const hash = await call.db.write(async (tx) => {
    const rows = await tx
      .delete(suppression)
      .where(and(eq(suppression.workspaceId, call.workspaceId), eq(suppression.id, entryId)))
      .returning();
    const row = rows[0];
    if (!row) throw notFound('stoplist entry');
    await audit(tx, call, {
      action: 'stoplist.removed',
      entity: 'stoplist',
      entityId: entryId,
      data: { kind: row.kind, wasUnsubscribe: row.reason === 'unsubscribed' },
    });
    const taken = hashOf(call.keyedHash, row);
    await forgetStops(unitOf(call, tx), call.workspaceId, [taken]);
    return taken;
  });
  await noteTakenOff(call, call.workspaceId, hash);
}
