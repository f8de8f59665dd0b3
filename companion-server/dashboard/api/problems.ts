import type { Problem } from '#shared/contract/route.ts';

/** Splits a problem into messages for the form's own fields and those that no field can show. */
export function fieldErrors(
  problem: Problem,
  known: readonly string[],
): { errors: Record<string, string>; rest: string[] } {
  const errors: Record<string, string> = {};
  const rest: string[] = [];
  for (const { field, message } of problem.fields) {
    const name = known.find((candidate) => candidate === field || field === `body.${candidate}`);
    if (name) errors[name] = message;
    else rest.push(field ? `${field}: ${message}` : message);
  }
  return { errors, rest };
}
