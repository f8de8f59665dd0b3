import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import type { NodeOf } from './graph.ts';
import type { VariantName } from './nodes.ts';

type Split = NodeOf<'split'>;
type Variant = Split['config']['variants'][number];

/**
 * The variant of a contact: the same whenever it is asked. Who would fall into a retired one is drawn again among the
 * others, so that retiring moves nobody else. Null: every variant is retired.
 */
export function variantOf(split: Split, contactId: string): VariantName | null {
  const { variants } = split.config;
  const seed = `${split.id}:${contactId}`;
  const first = draw(variants, seed);
  if (first && !first.retired) return first.name;
  const open = variants.filter((variant) => !variant.retired);
  return draw(open, `${seed}:again`)?.name ?? null;
}

function draw(variants: readonly Variant[], seed: string): Variant | undefined {
  const total = variants.reduce((sum, { percent }) => sum + percent, 0);
  const point = seededRng(seedOf(seed))() * total;
  let upTo = 0;
  for (const variant of variants) {
    upTo += variant.percent;
    if (point < upTo) return variant;
  }
  return variants.at(-1);
}
