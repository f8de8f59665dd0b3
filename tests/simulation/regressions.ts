/** Seeds that once found something, with what it was: always run. Seeds change their meaning when the world does. */
export const regressions: readonly { seed: number; found: string }[] = [];
