import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { TwinMember, TwinPerson } from '../linkedin-twin/types.ts';

/** The invented team and its invented contacts: the demo and the end-to-end tests play with the same cast. */

export const rep: TwinMember = {
  email: 'mia.holm@northwind.example',
  password: 'a-long-walk-north',
  memberId: '700100',
  profileId: 'ACoAARepMiaHolmNorthwind000000000000000',
  slug: 'mia-holm',
  firstName: 'Mia',
  lastName: 'Holm',
  premium: false,
};

export const owner = {
  workspaceName: 'Northwind Outreach',
  postalAddress: 'Northwind AB, Storgatan 1, 111 22 Stockholm, Sweden',
  name: 'Mia Holm',
  email: 'mia.holm@northwind.example',
  password: 'correct-horse-battery',
};

export const mailboxUser = { address: 'mia.holm@northwind.example', password: 'mail-secret-for-mia' };

/** One invented contact: what the CSV says of them, how they are on LinkedIn, and what they will do. */
export interface CastMember {
  person: TwinPerson;
  /** Null: no address in the CSV. */
  email: string | null;
  title: string;
  /** What they answer by email, and when. */
  mailReply?: { replyAfterMs: number; text: string; automatic?: boolean };
  /** What the campaign must come to for them, in words for the demo's table. */
  story: string;
}

type Traits = Partial<
  Pick<
    TwinPerson,
    | 'connectPlacement'
    | 'degree'
    | 'inviteSurface'
    | 'script'
    | 'gone'
    | 'posts'
    | 'openProfile'
    | 'messageSurface'
  >
> &
  Pick<CastMember, 'mailReply' | 'story'> & { email?: null };

/** One more invented contact; `number` tells them apart everywhere. */
export function castMember(
  number: number,
  first: string,
  last: string,
  company: string,
  traits: Traits,
): CastMember {
  const slug = `${first}-${last}`.toLowerCase();
  const domain = company.toLowerCase().replaceAll(' ', '');
  const { email, mailReply, story, ...linkedin } = traits;
  return {
    person: {
      memberId: String(800_000 + number),
      profileId: `ACoAA${`${first}${last}`.padEnd(28, 'x').slice(0, 28)}${String(number).padStart(6, '0')}`,
      slug,
      firstName: first,
      lastName: last,
      headline: `Head of Operations at ${company}`,
      company,
      location: 'Stockholm, Sweden',
      connectPlacement: 'row',
      degree: 2,
      ...linkedin,
    },
    email: email === null ? null : `${first}.${last}@${domain}.example`.toLowerCase(),
    title: 'Head of Operations',
    mailReply,
    story,
  };
}

const accepts = (afterMs: number) => ({ acceptAfterMs: afterMs });

export const cast: CastMember[] = [
  castMember(1, 'Anna', 'Berg', 'Fjord Systems', {
    script: accepts(3 * HOUR),
    story: 'accepts, gets the message',
  }),
  castMember(2, 'Bo', 'Lind', 'Fjord Systems', {
    script: {
      acceptAfterMs: 20 * HOUR,
      replyAfterMs: 40 * MINUTE,
      replyText: 'Thanks Mia, let us talk on Thursday.',
    },
    story: 'accepts, replies on LinkedIn: everything stops',
  }),
  castMember(3, 'Clara', 'Nord', 'Granit Labs', { story: 'never accepts: gets the email' }),
  castMember(4, 'David', 'Ek', 'Granit Labs', {
    connectPlacement: 'menu',
    inviteSurface: 'iframe',
    script: accepts(26 * HOUR),
    story: 'Connect hides in the More menu; accepts',
  }),
  castMember(5, 'Elsa', 'Falk', 'Havet Energy', {
    mailReply: { replyAfterMs: 2 * HOUR, text: 'Interesting, please send me more.' },
    story: 'never accepts, replies to the email: everything stops',
  }),
  castMember(6, 'Filip', 'Dahl', 'Havet Energy', { degree: 1, story: 'is connected already: no invitation' }),
  castMember(7, 'Greta', 'Ros', 'Isberg Foods', {
    gone: true,
    story: 'the profile is gone: fails with the reason',
  }),
  castMember(8, 'Hugo', 'Vik', 'Isberg Foods', { email: null, story: 'never accepts and has no email' }),
];

/** The cast as a rep would upload it. */
export function castCsv(members: readonly CastMember[] = cast): string {
  const rows = members.map(({ person, email, title }) =>
    [
      person.firstName,
      person.lastName,
      `https://www.linkedin.com/in/${person.slug}/`,
      email ?? '',
      person.company,
      title,
    ].join(','),
  );
  return ['First Name,Last Name,LinkedIn URL,Email,Company,Title', ...rows, ''].join('\n');
}
