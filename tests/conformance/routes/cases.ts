import { automationsCases } from './automations.ts';
import type { Case } from './case.ts';
import { contactsCases } from './contacts.ts';
import { peopleCases } from './people.ts';
import { sendersCases } from './senders.ts';

/** Every member route, in this order against one workspace: later cases may use what earlier ones left. */
export const cases: Case[] = [...sendersCases, ...contactsCases, ...automationsCases, ...peopleCases];
