/** Seeds that once found something, with what it was: always run. Seeds change their meaning when the world does. */
export const regressions: readonly { seed: number; found: string }[] = [
  { seed: 63, found: 'after a reconnect by the rep at night nobody asked the browser who is signed in' },
  { seed: 119, found: 'the same, with another sender profile going on meanwhile' },
];
