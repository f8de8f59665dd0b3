import type { TwinMember, TwinPerson } from '../linkedin-twin/index.ts';

const HOUR = 3_600_000;

/** 39 characters, as LinkedIn's ids have. */
function profileIdOf(n: number): string {
  return `ACoAA${String(n).padStart(34, 'S')}`;
}

export const robin: TwinMember = {
  email: 'robin@example.com',
  password: 'correct horse',
  memberId: '100000001',
  profileId: profileIdOf(1),
  slug: 'robin-example-1',
  firstName: 'Robin',
  lastName: 'Example',
  premium: false,
};

export const petra: TwinMember = {
  ...robin,
  email: 'petra@example.com',
  memberId: '100000002',
  profileId: profileIdOf(2),
  slug: 'petra-example',
  firstName: 'Petra',
  premium: true,
};

function person(n: number, first: string, more: Partial<TwinPerson> = {}): TwinPerson {
  return {
    memberId: String(200_000_000 + n),
    profileId: profileIdOf(1000 + n),
    slug: `${first.toLowerCase()}-stone`,
    firstName: first,
    lastName: 'Stone',
    headline: 'Head of Example at Sample Company',
    company: 'Sample Company',
    location: 'Sampletown, England, United Kingdom',
    connectPlacement: 'row',
    degree: 2,
    ...more,
  };
}

export const people = {
  avery: person(1, 'Avery', {
    script: { acceptAfterMs: 2 * HOUR, replyAfterMs: HOUR, replyText: 'Yes please' },
  }),
  blake: person(2, 'Blake', { connectPlacement: 'menu' }),
  casey: person(3, 'Casey', { connectPlacement: 'email_gate', email: 'casey@sample.test' }),
  devon: person(4, 'Devon', { connectPlacement: 'absent', degree: 3 }),
  emery: person(5, 'Emery', { degree: 1 }),
  frankie: person(6, 'Frankie', { inviteSurface: 'iframe' }),
  gale: person(7, 'Gale', { gone: true }),
  hollis: person(8, 'Hollis'),
  indigo: person(9, 'Indigo'),
  jules: person(10, 'Jules'),
};
