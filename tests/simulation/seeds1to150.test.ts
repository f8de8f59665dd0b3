import { it } from 'vitest';
import { expectSeeds, range } from './expectSeeds.ts';

it('keeps every rule in 150 worlds', () => expectSeeds(range(1, 150)));
