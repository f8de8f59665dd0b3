import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Ports below those that the system gives to outgoing connections and to `listen(0)` (Linux: from 32768 on). */
const OWN_PORTS = { from: 15_000, until: 32_000 };

/** A loopback port that is free now, and that nobody gets by chance before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(OWN_PORTS.from, OWN_PORTS.until);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
