import type { NodeOf } from '#shared/automation/graph.ts';
import { variantName } from '#shared/automation/nodes.ts';

export type Variants = NodeOf<'split'>['config']['variants'];

/** One variant more, with the share that is not given out yet; the same ones when all names are taken. */
export function addVariant(variants: Variants): Variants {
  const name = variantName.options.find((free) => variants.every((variant) => variant.name !== free));
  if (!name) return variants;
  return [...variants, { name, percent: Math.max(0, 100 - shareSum(variants)), retired: false }];
}

/** Equal shares that add up to 100 %; what does not divide goes to the first ones. */
export function shareEvenly(variants: Variants): Variants {
  const each = Math.floor(100 / variants.length);
  const rest = 100 - each * variants.length;
  return variants.map((variant, index) => ({ ...variant, percent: each + (index < rest ? 1 : 0) }));
}

/** The percents of all variants together; 100 is right. */
export function shareSum(variants: Variants): number {
  return variants.reduce((sum, { percent }) => sum + percent, 0);
}
