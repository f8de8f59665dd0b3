import type { NodeOf } from './graph.ts';
import type { Facts } from './state.ts';

export type ConditionTest = NodeOf<'condition'>['config']['test'];

/** Whether the condition holds for what is known now. */
export function evaluateCondition(test: ConditionTest, facts: Facts): boolean {
  switch (test) {
    case 'connected':
      return facts.relation === 'connected';
    case 'replied':
      return facts.replied;
    case 'has_email':
      return facts.hasEmail;
  }
}
