/** Something that must never be so. A seed that throws anything else has found a defect, too. */
export class Violation extends Error {
  override name = 'Violation';
}
