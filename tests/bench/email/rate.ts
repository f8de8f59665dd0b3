export interface Rate {
  messages: number;
  perSecond: number;
  /** Processor time of this process for a message. */
  cpuMs: number;
  /** Database statements for a message. */
  statements?: number;
}

export async function rateOf(messages: number, work: () => Promise<void>): Promise<Rate> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1000;
  const used = process.cpuUsage(cpu);
  return { messages, perSecond: messages / seconds, cpuMs: (used.user + used.system) / 1000 / messages };
}

/** The round that was disturbed least. */
export function best(rates: readonly Rate[]): Rate {
  return rates.reduce((a, b) => (b.cpuMs < a.cpuMs ? b : a));
}
