import type { NodeOf } from './graph.ts';
import type { Facts } from './state.ts';

export type Condition = NodeOf<'condition'>['config'];

/** Whether the condition holds for what is known now; what is not known does not hold. */
export function evaluateCondition(condition: Condition, facts: Facts): boolean {
  switch (condition.test) {
    case 'connected':
      return facts.relation === 'connected';
    case 'open_profile':
      return facts.openProfile;
    case 'has_email':
      return facts.hasEmail;
    case 'replied':
      return facts.replied;
    case 'tag':
      return facts.tagIds.includes(condition.tagId);
    case 'field':
      return matches(facts.fields[condition.field] ?? '', condition.operator, condition.value);
  }
}

/** Compared as a person would: case and surrounding spaces do not count. */
function matches(text: string, operator: 'equals' | 'contains', value: string): boolean {
  const [found, wanted] = [folded(text), folded(value)];
  return operator === 'equals' ? found === wanted : found.includes(wanted);
}

function folded(text: string): string {
  return text.trim().toLocaleLowerCase('en');
}
