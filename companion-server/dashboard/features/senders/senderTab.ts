import { z } from 'zod';

/** The tabs of a sender profile, as they stand in its address. */
export const senderTab = z.enum(['linkedin', 'email', 'deliverability', 'pace']);
