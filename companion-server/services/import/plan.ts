import { isNamedAlike } from '#shared/identity/personName.ts';
import { must } from '#shared/kernel/assert.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import { type ContactRow, type IdentityKind, identitiesOf, identityKey } from './match.ts';
import type { ImportedPerson, RejectedRow } from './readRow.ts';

export interface RowOutcome {
  row: number;
  outcome: 'added' | 'updated' | 'duplicate' | 'rejected';
  field: string | null;
  reason: string | null;
  contactId: string | null;
}

export interface ImportPlan {
  add: { id: string; person: ImportedPerson }[];
  update: { id: string; changes: ContactChanges }[];
  identities: { kind: IdentityKind; value: string; contactId: string }[];
  /** Everybody in the file, for the list. */
  members: string[];
  outcomes: RowOutcome[];
}

export interface ContactChanges {
  firstName: string;
  lastName: string;
  email: string | null;
  linkedinSlug: string | null;
  linkedinProfileId: string | null;
  linkedinMemberId: string | null;
  companyName: string | null;
  companyKey: string | null;
  title: string | null;
  location: string | null;
  custom: Record<string, string> | null;
}

export interface PlanInput {
  people: readonly ImportedPerson[];
  rejected: readonly RejectedRow[];
  /** identity key → contact. */
  known: Map<string, string>;
  contacts: Map<string, ContactRow>;
  newId: NewId;
  /** Those who asked to be erased. */
  erased?: ReadonlySet<ImportedPerson>;
}

const ASKED_TO_BE_ERASED =
  'this person asked to be erased or not to be written to, and does not come in again';
const IN_THE_BIN = 'in the recycle bin: restore the contact there first';

/** What the import will do, decided before anything is written. Pure but for the ids it draws. */
export function planImport(input: PlanInput): ImportPlan {
  const { known, contacts, newId, erased = new Set() } = input;
  const plan: ImportPlan = { add: [], update: [], identities: [], members: [], outcomes: [] };
  for (const { row, field, reason } of input.rejected) {
    plan.outcomes.push({ row, outcome: 'rejected', field, reason, contactId: null });
  }
  const owners = new Map(known);
  const rowOf = new Map<string, number>();
  for (const person of input.people) {
    const identities = identitiesOf(person);
    const id = ownerOf(person, owners, contacts) ?? newId();
    const refused = erased.has(person)
      ? ASKED_TO_BE_ERASED
      : contacts.get(id)?.deletedAt != null
        ? IN_THE_BIN
        : null;
    if (refused !== null) {
      plan.outcomes.push({
        row: person.row,
        outcome: 'rejected',
        field: null,
        reason: refused,
        contactId: null,
      });
      continue;
    }
    const note = person.note ?? takenBySomebodyElse(identities, owners, id);
    for (const each of identities) {
      if (owners.has(identityKey(each))) continue;
      owners.set(identityKey(each), id);
      plan.identities.push({ ...each, contactId: id });
    }
    const earlier = rowOf.get(id);
    const outcome = earlier === undefined ? settle(plan, id, person, contacts.get(id)) : 'duplicate';
    if (earlier === undefined) rowOf.set(id, person.row);
    plan.members.push(id);
    plan.outcomes.push({
      row: person.row,
      outcome,
      field: note?.field ?? null,
      reason:
        note?.reason ??
        (earlier !== undefined
          ? `same person as row ${earlier}`
          : outcome === 'duplicate'
            ? 'already there'
            : null),
      contactId: id,
    });
  }
  plan.members = [...new Set(plan.members)];
  plan.outcomes.sort((a, b) => a.row - b.row);
  return plan;
}

/** Those whom the plan completes, as they were before. */
export function beforeUpdate(
  { update }: ImportPlan,
  contacts: ReadonlyMap<string, ContactRow>,
): ContactRow[] {
  return update.map(({ id }) => must(contacts.get(id), 'a contact that is completed'));
}

/** The contact this person is: by an id whatever else is said; by slug or email where nothing speaks against it. */
function ownerOf(
  person: ImportedPerson,
  owners: Map<string, string>,
  contacts: Map<string, ContactRow>,
): string | null {
  for (const identity of identitiesOf(person)) {
    const id = owners.get(identityKey(identity));
    if (id === undefined) continue;
    const existing = contacts.get(id);
    const isById = identity.kind === 'linkedin_member' || identity.kind === 'linkedin_profile';
    if (isById || !existing) return id;
    if (isSomebodyElse(existing, person)) continue;
    if (identity.kind === 'email' || mayBind(existing, person)) return id;
  }
  return null;
}

/** An address on LinkedIn may have gone to another person: their ids say so. */
function isSomebodyElse(existing: ContactRow, { memberId, profileId }: ImportedPerson): boolean {
  if (existing.linkedinMemberId !== null && memberId !== null) return existing.linkedinMemberId !== memberId;
  // Sales Navigator has another id for the same person.
  const known = [existing.linkedinProfileId, profileId].filter((id) => id?.startsWith('ACoA'));
  return known.length === 2 && existing.linkedinProfileId !== profileId;
}

/** A contact known by slug alone is bound to ids only under its own name, if it has one. */
function mayBind(existing: ContactRow, person: ImportedPerson): boolean {
  const isBound = existing.linkedinMemberId !== null || existing.linkedinProfileId !== null;
  if (isBound || (person.memberId === null && person.profileId === null)) return true;
  const known = { name: `${existing.firstName} ${existing.lastName}`.trim(), company: existing.companyName };
  const shown = { name: `${person.firstName} ${person.lastName}`, company: person.company };
  return known.name === '' || isNamedAlike(known, shown);
}

/** Adds or completes one contact. */
function settle(plan: ImportPlan, id: string, person: ImportedPerson, existing: ContactRow | undefined) {
  // An identifier that belongs to somebody else was not taken over, so it is no field of this contact either.
  const owns = (kind: IdentityKind) =>
    plan.identities.some((each) => each.contactId === id && each.kind === kind);
  if (!existing) {
    const [slug, email] = [owns('linkedin_slug') ? person.slug : null, owns('email') ? person.email : null];
    plan.add.push({ id, person: { ...person, slug, email } });
    return 'added' as const;
  }
  const changes = fillEmpty(existing, person, owns);
  if (!changes) return 'duplicate' as const;
  plan.update.push({ id, changes });
  return 'updated' as const;
}

/** A merge only ever fills what is empty; null: there is nothing to fill. */
function fillEmpty(
  existing: ContactRow,
  person: ImportedPerson,
  owns: (kind: IdentityKind) => boolean,
): ContactChanges | null {
  const custom = { ...person.custom, ...existing.custom };
  const next: ContactChanges = {
    firstName: existing.firstName || person.firstName,
    lastName: existing.lastName || person.lastName,
    email: existing.email ?? (owns('email') ? person.email : null),
    linkedinSlug: existing.linkedinSlug ?? (owns('linkedin_slug') ? person.slug : null),
    linkedinProfileId: existing.linkedinProfileId ?? (owns('linkedin_profile') ? person.profileId : null),
    linkedinMemberId: existing.linkedinMemberId ?? (owns('linkedin_member') ? person.memberId : null),
    companyName: existing.companyName ?? person.company,
    companyKey: existing.companyId === null ? person.companyKey : null,
    title: existing.title ?? person.title,
    location: existing.location ?? person.location,
    custom: Object.keys(custom).length > 0 ? custom : null,
  };
  const isSame =
    next.firstName === existing.firstName &&
    next.lastName === existing.lastName &&
    next.email === existing.email &&
    next.linkedinSlug === existing.linkedinSlug &&
    next.linkedinProfileId === existing.linkedinProfileId &&
    next.linkedinMemberId === existing.linkedinMemberId &&
    next.companyName === existing.companyName &&
    next.companyKey === null &&
    next.title === existing.title &&
    next.location === existing.location &&
    Object.keys(custom).length === Object.keys(existing.custom ?? {}).length;
  return isSame ? null : next;
}

const fieldOf: Record<IdentityKind, string> = {
  email: 'email',
  linkedin_slug: 'linkedinUrl',
  linkedin_profile: 'linkedinUrl',
  linkedin_member: 'linkedinUrl',
};

function takenBySomebodyElse(
  identities: { kind: IdentityKind; value: string }[],
  owners: Map<string, string>,
  id: string,
) {
  const taken = identities.find((each) => (owners.get(identityKey(each)) ?? id) !== id);
  if (!taken) return null;
  return {
    field: fieldOf[taken.kind],
    reason: `"${taken.value}" belongs to another contact and was left out`,
  };
}
