/**
 * Countries where a first business email to a person needs their prior consent, as far as the law itself says so.
 * A warning, no legal advice: exceptions (existing customers, published addresses) are for a person to judge.
 */
export interface ConsentRule {
  /** ISO 3166-1 alpha-2. */
  country: string;
  name: string;
  /** The provision, as it is cited. */
  source: string;
}

export const consentRules: readonly ConsentRule[] = [
  { country: 'AT', name: 'Austria', source: 'TKG 2021 § 174 (3)' },
  { country: 'AU', name: 'Australia', source: 'Spam Act 2003, s. 16' },
  { country: 'CA', name: 'Canada', source: 'CASL (S.C. 2010, c. 23), s. 6' },
  { country: 'CH', name: 'Switzerland', source: 'UWG Art. 3 (1) lit. o' },
  { country: 'CN', name: 'China', source: 'Measures for Internet E-mail Services, Art. 13' },
  { country: 'CZ', name: 'Czechia', source: 'Act No. 480/2004 Coll., § 7' },
  { country: 'DE', name: 'Germany', source: 'UWG § 7 (2) No. 2' },
  { country: 'DK', name: 'Denmark', source: 'Markedsføringsloven § 10' },
  { country: 'ES', name: 'Spain', source: 'LSSI (Ley 34/2002), Art. 21' },
  { country: 'IL', name: 'Israel', source: 'Communications Law, s. 30A' },
  { country: 'IT', name: 'Italy', source: 'Codice privacy (D.lgs. 196/2003), Art. 130' },
  { country: 'KR', name: 'South Korea', source: 'Network Act, Art. 50' },
  { country: 'NL', name: 'Netherlands', source: 'Telecommunicatiewet Art. 11.7' },
  { country: 'NO', name: 'Norway', source: 'Markedsføringsloven § 15' },
  { country: 'NZ', name: 'New Zealand', source: 'Unsolicited Electronic Messages Act 2007, s. 9' },
  { country: 'PL', name: 'Poland', source: 'Prawo komunikacji elektronicznej (2024), Art. 398' },
  { country: 'ZA', name: 'South Africa', source: 'POPIA, s. 69' },
];

/** How places name these countries, beside the English name; lower case. */
const otherNames: Record<string, string> = {
  deutschland: 'DE',
  österreich: 'AT',
  schweiz: 'CH',
  suisse: 'CH',
  svizzera: 'CH',
  españa: 'ES',
  italia: 'IT',
  nederland: 'NL',
  'the netherlands': 'NL',
  polska: 'PL',
  danmark: 'DK',
  norge: 'NO',
  'czech republic': 'CZ',
  česko: 'CZ',
  korea: 'KR',
  'republic of korea': 'KR',
};

const byCountry = new Map(consentRules.map((rule) => [rule.country, rule]));
const byName = new Map(consentRules.map((rule) => [rule.name.toLowerCase(), rule]));

/**
 * The rule of the country a contact is in: where they say they are, else the country of their address; null: none of
 * these, or unknown.
 */
export function consentRuleFor(contact: {
  email: string | null;
  location: string | null;
}): ConsentRule | null {
  const place = contact.location?.split(',').at(-1)?.trim().toLowerCase() ?? '';
  const named = byName.get(place) ?? byCountry.get(otherNames[place] ?? '');
  if (named) return named;
  const ending = contact.email?.slice(contact.email.lastIndexOf('.') + 1).toUpperCase() ?? '';
  return byCountry.get(ending) ?? null;
}
