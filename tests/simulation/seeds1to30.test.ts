import { it } from 'vitest';
import { expectSeeds } from './expectSeeds.ts';

it('does nothing twice, nothing wrong, and never stops: seeds 1 to 30', () => expectSeeds(1, 30));
