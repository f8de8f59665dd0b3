import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Life } from './life.ts';
import type { VirtualTime } from './virtualTime.ts';

export interface Request {
  method: string;
  url: string;
  headers: Headers;
  body: string | null;
}

export interface Answer {
  status: number;
  body: string;
}

/** Null: no answer ever comes, e.g. because the server died. */
export type Serve = (request: Request) => Promise<Answer | null>;

const GIVE_UP_MS = 20_000;

/** Between everybody and the server: requests and answers get lost, come twice, late and out of order. */
export class Network {
  /** What was said of tasks: it may come once more. */
  private readonly said = new Map<string, Request[]>();

  constructor(
    private readonly time: VirtualTime,
    private readonly chance: Chance,
    private readonly faults: Faults,
    private readonly serve: Serve,
  ) {}

  /** `fetch` as something with this life has it. */
  fetchOf(life: Life): typeof fetch {
    return async (input, init) => {
      const { method = 'GET', body, signal } = init ?? {};
      const request: Request = {
        method,
        url: String(input),
        headers: new Headers(init?.headers),
        body: typeof body === 'string' ? body : null,
      };
      return await life.call(() => this.exchange(request, signal ?? null));
    };
  }

  /** Resolves with the first answer that arrives; rejects when none came in time. */
  private exchange(request: Request, signal: AbortSignal | null): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const giveUp = this.time.after(GIVE_UP_MS, () => reject(new TypeError('no answer in time')));
      const end = () => {
        giveUp();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', end, { once: true });
      const answered = (response: Response) => {
        giveUp();
        signal?.removeEventListener('abort', end);
        resolve(response);
      };
      this.remember(request);
      const copies = this.copies();
      for (let i = 0; i < copies; i++) {
        this.time.after(this.latency(), () => this.time.start(() => this.arrive(request, answered)));
      }
    });
  }

  /** A task was given out anew: somewhere on the way lay what was said of it before. */
  echo(taskId: string): void {
    for (const request of this.said.get(taskId) ?? []) {
      if (!this.chance.fails(this.faults.echo)) continue;
      const nobody = () => undefined;
      this.time.after(this.chance.pick(100, 12_000), () =>
        this.time.start(() => this.arrive(request, nobody)),
      );
    }
    this.said.delete(taskId);
  }

  private remember(request: Request): void {
    if (!/\/device\/(commit|outcome)$/.test(request.url)) return;
    const { taskId } = JSON.parse(request.body ?? '{}') as { taskId: string };
    this.said.set(taskId, [...(this.said.get(taskId) ?? []), request]);
  }

  private async arrive(request: Request, resolve: (response: Response) => void): Promise<void> {
    const answer = await this.time.work(() => this.serve(request));
    if (!answer) return;
    const copies = this.copies();
    for (let i = 0; i < copies; i++) this.time.after(this.latency(), () => resolve(responseOf(answer)));
  }

  private copies(): number {
    if (this.chance.fails(this.faults.drop)) return 0;
    return this.chance.fails(this.faults.duplicate) ? 2 : 1;
  }

  private latency(): number {
    return this.chance.fails(this.faults.slow) ? this.chance.pick(5_000, 300_000) : this.chance.pick(20, 600);
  }
}

/** Its body is there at once: reading it takes no turns of the event loop. */
function responseOf(answer: Answer): Response {
  const response = new Response(null, { status: answer.status });
  const text = async (): Promise<string> => answer.body;
  const json = async (): Promise<unknown> => JSON.parse(answer.body);
  return Object.assign(response, { text, json });
}
