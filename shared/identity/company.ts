/** Legal forms at the end of a name, without dots. */
const legalForms = new Set(
  (
    'ab ag aps as asa bv bvba co company corp corporation cv doo ek eg ev gbr gmbh inc incorporated kg kgaa kk ' +
    'limited llc llp ltd ltda mbh nv oy oyj plc pty pte sa sab sarl sas se sl slu spa srl sro spzoo ug und and'
  ).split(' '),
);

/**
 * A company name in the form it is compared in: "ACME GmbH & Co. KG" and "Acme" are the same; null when empty.
 * Case, accents, punctuation and legal forms at the end make no difference.
 */
export function companyKey(name: string): string | null {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[.'’]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  while (words.length > 1 && legalForms.has(words.at(-1) ?? '')) words.pop();
  return words.length === 0 ? null : words.join(' ');
}
