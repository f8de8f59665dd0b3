import { it } from 'vitest';
import { expectSeeds, parts } from './expectSeeds.ts';

it.each(parts(1, 150))('keeps every rule in the worlds %i to %i', expectSeeds);
