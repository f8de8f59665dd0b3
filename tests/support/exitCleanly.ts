/** Runs `stop` once on Ctrl+C or SIGTERM, so that no browser or server outlives the command. */
export function onInterrupt(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void stop().finally(() => process.exit(130));
    });
  }
}
