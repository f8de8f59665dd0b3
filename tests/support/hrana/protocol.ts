import { z } from 'zod';

/** Hrana 2 in JSON, as its specification words it: what the client of libSQL sends. */

const value = z.discriminatedUnion('type', [
  z.object({ type: z.literal('null') }),
  z.object({ type: z.literal('integer'), value: z.string() }),
  z.object({ type: z.literal('float'), value: z.number() }),
  z.object({ type: z.literal('text'), value: z.string() }),
  z.object({ type: z.literal('blob'), base64: z.string() }),
]);
export type Value = z.infer<typeof value>;

const statement = z.object({
  sql: z.string().optional(),
  sql_id: z.number().int().optional(),
  args: z.array(value).default([]),
  named_args: z.array(z.object({ name: z.string(), value })).default([]),
});
export type Statement = z.infer<typeof statement>;

export type Condition =
  | { type: 'ok' | 'error'; step: number }
  | { type: 'not'; cond: Condition }
  | { type: 'and' | 'or'; conds: Condition[] };
const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.object({ type: z.enum(['ok', 'error']), step: z.number().int() }),
    z.object({ type: z.literal('not'), cond: condition }),
    z.object({ type: z.enum(['and', 'or']), conds: z.array(condition) }),
  ]),
);

const steps = z.array(z.object({ stmt: statement, condition: condition.nullish() }));
export type Steps = z.infer<typeof steps>;

const streamRequests = [
  z.object({ type: z.literal('execute'), stmt: statement }),
  z.object({ type: z.literal('batch'), batch: z.object({ steps }) }),
  z.object({ type: z.literal('sequence'), sql: z.string().optional(), sql_id: z.number().int().optional() }),
] as const;
const sqlRequests = [
  z.object({ type: z.literal('store_sql'), sql_id: z.number().int(), sql: z.string() }),
  z.object({ type: z.literal('close_sql'), sql_id: z.number().int() }),
] as const;

const pipelineRequest = z.discriminatedUnion('type', [
  ...streamRequests,
  ...sqlRequests,
  z.object({ type: z.literal('close') }),
]);
export type PipelineRequest = z.infer<typeof pipelineRequest>;
export type StreamRequest = Extract<PipelineRequest, { type: 'execute' | 'batch' | 'sequence' }>;

export const pipeline = z.object({ baton: z.string().nullish(), requests: z.array(pipelineRequest) });

const onStream = { stream_id: z.number().int() };
const socketRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open_stream'), ...onStream }),
  z.object({ type: z.literal('close_stream'), ...onStream }),
  streamRequests[0].extend(onStream),
  streamRequests[1].extend(onStream),
  streamRequests[2].extend(onStream),
  ...sqlRequests,
]);
export type SocketRequest = z.infer<typeof socketRequest>;

export const socketMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), jwt: z.string().nullish() }),
  z.object({ type: z.literal('request'), request_id: z.number().int(), request: socketRequest }),
]);

export interface StatementResult {
  cols: { name: string; decltype: string | null }[];
  rows: Value[][];
  affected_row_count: number;
  last_insert_rowid: string | null;
}

/** What goes back instead of a result; the codes are those of libSQL's server. */
export class HranaError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function errorBody(error: unknown): { message: string; code: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return {
    message: error instanceof Error ? error.message : String(error),
    code: typeof code === 'string' ? code : 'SQLITE_UNKNOWN',
  };
}
