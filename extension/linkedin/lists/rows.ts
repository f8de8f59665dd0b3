import { z } from 'zod';
import { normalizeSlug, parseLinkedinUrl } from '#shared/identity/linkedin.ts';
import type { ListedPerson } from '#shared/protocol/lists.ts';
import { included, listing, memberIdOf, ofType, profileIdOf } from '../reads/entities.ts';

/**
 * From LinkedIn's answers to people. A row that names nobody gives null; one that does not say what it should is
 * `unknown`: so are all of them once LinkedIn calls something otherwise.
 */
export type Row = ListedPerson | null | 'unknown';

const text = z.looseObject({ text: z.string() }).nullish();
const paging = z.looseObject({ start: z.number(), count: z.number(), total: z.number().nullish() });

export const clustersAnswer = z.looseObject({
  data: z.looseObject({
    elements: z.array(
      z.looseObject({
        items: z.array(z.looseObject({ itemUnion: z.record(z.string(), z.unknown()) })).default([]),
      }),
    ),
    paging: paging.nullish(),
    metadata: z.looseObject({ totalResultCount: z.number().nullish() }).nullish(),
  }),
  included,
});

const result = z.looseObject({
  entityUrn: z.string(),
  trackingUrn: z.string().nullish(),
  title: text,
  primarySubtitle: text,
  secondarySubtitle: text,
  navigationUrl: z.string().nullish(),
  entityCustomTrackingInfo: z.looseObject({ memberDistance: z.string().nullish() }).nullish(),
});

/** The people of a search's answer, in its order; nameless: those outside the network. */
export function peopleFound(answer: z.infer<typeof clustersAnswer>): Row[] {
  const found = ofType(answer.included, 'EntityResultViewModel', result);
  const listed = answer.data.elements
    .flatMap(({ items }) => items)
    .filter(({ itemUnion }) => itemUnion['*entityResult']).length;
  if (!found || found.length < listed) return Array.from({ length: listed }, () => 'unknown');
  return found.map((row) => {
    const distance = row.entityCustomTrackingInfo?.memberDistance ?? '';
    const identity = parseLinkedinUrl(row.navigationUrl ?? '');
    const name = row.title?.text.trim() ?? '';
    if (distance === 'OUT_OF_NETWORK') return null;
    if (identity === null || name === '' || distance === '') return 'unknown';
    return {
      profileId: acceptable(profileIdOf(row.entityUrn)),
      memberId: memberIdOf(row.trackingUrn),
      slug: 'slug' in identity ? identity.slug : null,
      name,
      headline: row.primarySubtitle?.text.trim() || null,
      company: null,
      location: row.secondarySubtitle?.text.trim() || null,
      degree: degreeOf(distance),
    };
  });
}

const queried = listing.and(z.looseObject({ paging: paging.nullish() }));
export const collectionAnswer = z.looseObject({ data: queried, included });

/** A GraphQL answer: whatever its root is called, there is one. */
export const graphqlAnswer = z.looseObject({
  data: z.looseObject({ data: z.record(z.string(), z.unknown()) }),
  included,
});

/** The listing in a GraphQL answer; null: it has none. */
export function rootOf(answer: z.infer<typeof graphqlAnswer>): z.infer<typeof queried> | null {
  for (const value of Object.values(answer.data.data)) {
    const parsed = queried.safeParse(value);
    if (parsed.success) return parsed.data;
  }
  return null;
}

const profile = z.looseObject({
  entityUrn: z.string(),
  objectUrn: z.string().nullish(),
  publicIdentifier: z.string().nullish(),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  headline: z.union([z.string(), z.looseObject({ text: z.string() })]).nullish(),
  occupation: z.string().nullish(),
});

/** The profiles named by `urns`, in their order. Each `urn` may be a connection, a membership or a reaction. */
export function profilesOf(
  urns: readonly string[],
  entities: z.infer<typeof included>,
  degree: ListedPerson['degree'],
): Row[] {
  const known = new Map<string, z.infer<typeof profile>>();
  for (const type of ['MiniProfile', 'Profile']) {
    for (const one of ofType(entities, type, profile) ?? []) {
      const id = profileIdOf(one.entityUrn);
      if (id) known.set(id, one);
    }
  }
  return urns.map((urn) => {
    const id = profileIdOf(urn) ?? /ACoA[\w-]{10,}/u.exec(urn)?.[0] ?? null;
    const person = id ? known.get(id) : undefined;
    const name = `${person?.firstName ?? ''} ${person?.lastName ?? ''}`.trim();
    if (!person?.firstName || !person.publicIdentifier) return 'unknown';
    const headline = typeof person.headline === 'string' ? person.headline : person.headline?.text;
    return {
      profileId: acceptable(id),
      memberId: memberIdOf(person.objectUrn),
      slug: normalizeSlug(person.publicIdentifier),
      name,
      headline: (headline ?? person.occupation)?.trim() || null,
      company: null,
      location: null,
      degree,
    };
  });
}

export const leadsAnswer = z.looseObject({
  elements: z.array(
    z.looseObject({
      fullName: z.string().nullish(),
      entityUrn: z.string(),
      objectUrn: z.string().nullish(),
      degree: z.number().nullish(),
      geoRegion: z.string().nullish(),
      currentPositions: z
        .array(z.looseObject({ title: z.string().nullish(), companyName: z.string().nullish() }))
        .default([]),
    }),
  ),
  paging: paging.nullish(),
});
export type Lead = z.infer<typeof leadsAnswer>['elements'][number];

export const leadAnswer = z.looseObject({
  flagshipProfileUrl: z.string().nullish(),
  headline: z.string().nullish(),
  objectUrn: z.string().nullish(),
});

/** A lead with the address of the public profile, which only the lead's own page says. */
export function personOfLead(lead: Lead, own: z.infer<typeof leadAnswer>): Row {
  const identity = parseLinkedinUrl(own.flagshipProfileUrl ?? '');
  const name = lead.fullName?.trim() ?? '';
  if (identity === null || name === '') return 'unknown';
  const [position] = lead.currentPositions;
  return {
    profileId: 'profileId' in identity ? identity.profileId : null,
    memberId: memberIdOf(own.objectUrn ?? lead.objectUrn),
    slug: 'slug' in identity ? identity.slug : null,
    name,
    headline: own.headline?.trim() || position?.title?.trim() || null,
    company: position?.companyName?.trim() || null,
    location: lead.geoRegion?.trim() || null,
    degree: lead.degree === 1 || lead.degree === 2 || lead.degree === 3 ? lead.degree : null,
  };
}

/** The address of a lead's own data: `urn:li:fs_salesProfile:(<id>,<type>,<token>)`. */
export function leadAddress(urn: string): string | null {
  const [, id, type, token] = /\(([\w-]+),([\w-]+),([\w-]+)\)/u.exec(urn) ?? [];
  return id
    ? `/sales-api/salesApiProfiles/(profileId:${id},authType:${type},authToken:${token})?decoration=%28flagshipProfileUrl%2Cheadline%2CobjectUrn%29`
    : null;
}

function degreeOf(distance: string): ListedPerson['degree'] {
  const number = Number(/^DISTANCE_([123])$/u.exec(distance)?.[1]);
  return number === 1 || number === 2 || number === 3 ? number : null;
}

function acceptable(id: string | null): string | null {
  return id && /^ACoA[A-Za-z0-9_-]{10,76}$/u.test(id) ? id : null;
}
