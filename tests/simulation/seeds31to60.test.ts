import { it } from 'vitest';
import { expectSeeds } from './expectSeeds.ts';

it('does nothing twice, nothing wrong, and never stops: seeds 31 to 60', () => expectSeeds(31, 60));
