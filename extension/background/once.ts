/** Makes starting something twice harmless: a second start while it runs joins the first. */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  const running: { now: Promise<void> | null } = { now: null };
  return () => {
    running.now ??= work().finally(() => {
      running.now = null;
    });
    return running.now;
  };
}
