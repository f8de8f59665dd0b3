/** red: you must act; orange: warning; yellow: a limit, goes on by itself; grey: nothing to do. */
export type StatusColour = 'grey' | 'amber' | 'green' | 'red' | 'blue' | 'orange' | 'yellow';

export interface StatusEntry {
  label: string;
  colour: StatusColour;
  meaning: string;
  setBy: string;
  /** Empty: final, nothing clears it. */
  clearedBy: string;
}

/** What a status's tooltip says below its meaning. */
export function causesOf({ setBy, clearedBy }: StatusEntry): { set: string; cleared: string } {
  return {
    set: `Set by: ${setBy}`,
    cleared: clearedBy ? `Cleared by: ${clearedBy}` : 'Final: nothing clears it.',
  };
}

/** One entry in reading order. */
export function entry(
  label: string,
  colour: StatusColour,
  meaning: string,
  setBy: string,
  clearedBy: string,
): StatusEntry {
  return { label, colour, meaning, setBy, clearedBy };
}
