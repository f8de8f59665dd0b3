import {
  measureOperations,
  type OperationName,
  operationNames,
  type Sample,
  type Samples,
} from './operations.ts';
import type { BenchWorld } from './world.ts';

interface Line {
  size: number;
  operation: OperationName;
  p50: number;
  p99: number;
  work: number;
}

/** How the last size compares with the one before: median time and SQLite's work, as ratios. */
type Growth = Partial<Record<OperationName, { time: number; work: number }>>;

const round = (value: number, digits: number) => Number(value.toFixed(digits));

/** Every operation on every size, in rounds that alternate, so that what else the machine does meets all alike. */
export async function measureFlatness(
  worlds: readonly BenchWorld[],
  rounds: number,
  count: number,
): Promise<{ lines: Line[]; growth: Growth }> {
  const measured: Samples[][] = worlds.map(() => []);
  for (const world of worlds) await measureOperations(world, 5);
  for (let r = 0; r < rounds; r++) {
    for (const [index, world] of worlds.entries()) {
      measured[index]?.push(await measureOperations(world, count));
    }
  }
  const all = (index: number, name: OperationName) =>
    (measured[index] ?? []).flatMap((samples) => samples[name]);
  const lines = operationNames.flatMap((name) =>
    worlds.map(({ size }, index) => lineOf(size, name, all(index, name))),
  );
  const [before, last] = [worlds.length - 2, worlds.length - 1];
  const growth: Growth = {};
  for (const name of operationNames) {
    const time = (index: number) =>
      at(
        (measured[index] ?? []).map((samples) => median(samples[name], 'ms')),
        0.5,
      );
    const work = (index: number) => workOf(name, all(index, name));
    growth[name] = { time: round(time(last) / time(before), 2), work: round(work(last) / work(before), 3) };
  }
  return { lines, growth };
}

function lineOf(size: number, operation: OperationName, samples: readonly Sample[]): Line {
  const times = samples.map(({ ms }) => ms);
  return {
    size,
    operation,
    p50: round(at(times, 0.5), 3),
    p99: round(at(times, 0.99), 3),
    work: round(workOf(operation, samples), 0),
  };
}

/** A round of admission runs many statements, some of which are freed before they are counted: the fullest count is nearest. */
function workOf(name: OperationName, samples: readonly Sample[]): number {
  return at(
    samples.map(({ work }) => work),
    name === 'admit' ? 0.9 : 0.5,
  );
}

function median(samples: readonly Sample[], property: keyof Sample): number {
  return at(
    samples.map((sample) => sample[property]),
    0.5,
  );
}

function at(numbers: readonly number[], share: number): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN;
}
