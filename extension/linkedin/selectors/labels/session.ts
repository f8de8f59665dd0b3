/** Headings of the page LinkedIn shows for a restricted account; read only where no navigation is shown. */
export const restrictedHeadings: readonly RegExp[] = [
  /account has been (temporarily )?restricted/iu,
  /restricted your account/iu,
  /access to your account has been/iu,
  /konto wurde (vorübergehend )?(eingeschränkt|gesperrt)/iu,
  /compte a été (temporairement )?restreint/iu,
  /compte (est|fait l’objet) .*restr/iu,
];
