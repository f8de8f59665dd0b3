import { type EngineContext, type Unit, unitOfWork } from './context.ts';

/** Requests that share one unit of work. */
const AT_MOST = 500;

export interface Operation<Request, Answer> {
  /** Reads what all of them need; leaving something out costs time and changes nothing. */
  prepare(unit: Unit, requests: readonly Request[]): Promise<void>;
  run(unit: Unit, request: Request, ctx: EngineContext): Promise<Answer>;
}

interface Waiting<Request, Answer> {
  ctx: EngineContext;
  request: Request;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Requests that wait for the writer at the same time run one after the other in one unit of work, so that what they
 * read and write costs as many statements as one request. Where one of them fails, each runs in a unit of its own.
 */
export function together<Request, Answer>(
  operation: Operation<Request, Answer>,
): (ctx: EngineContext, request: Request) => Promise<Answer> {
  const queues = new WeakMap<EngineContext['db'], Waiting<Request, Answer>[]>();

  async function serve(ctx: EngineContext, queue: Waiting<Request, Answer>[]): Promise<void> {
    let batch: Waiting<Request, Answer>[] = [];
    let isMore = false;
    try {
      const answers = await unitOfWork(ctx, async (unit) => {
        if (batch.length === 0) {
          batch = queue.splice(0, AT_MOST);
          isMore = queue.length > 0;
        }
        return await runAll(operation, unit, batch);
      });
      for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
    } catch (error) {
      if (batch.length === 0) batch = queue.splice(0);
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const each of batch) await alone(operation, each);
    }
    // The first of the others asked for its turn when the queue was empty: this one.
    if (isMore) void serve(ctx, queue);
  }

  return (ctx, request) =>
    new Promise((resolve, reject) => {
      const queue = queues.get(ctx.db) ?? [];
      queues.set(ctx.db, queue);
      queue.push({ ctx, request, resolve, reject });
      if (queue.length === 1) void serve(ctx, queue);
    });
}

async function runAll<Request, Answer>(
  { prepare, run }: Operation<Request, Answer>,
  unit: Unit,
  batch: readonly Waiting<Request, Answer>[],
): Promise<Answer[]> {
  await prepare(
    unit,
    batch.map(({ request }) => request),
  );
  const answers: Answer[] = [];
  for (const { request, ctx } of batch) answers.push(await run(unit, request, ctx));
  return answers;
}

async function alone<Request, Answer>(
  { run }: Operation<Request, Answer>,
  { ctx, request, resolve, reject }: Waiting<Request, Answer>,
): Promise<void> {
  await unitOfWork(ctx, (unit) => run(unit, request, ctx)).then(resolve, reject);
}
