import type { GraphNode, GraphProblem, NodeType } from '#shared/automation/graph.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import type { PreviewContact } from '../usePreviewContact.ts';

export interface Choice {
  id: string;
  name: string;
}

/** What the settings of a step choose from, and what is wrong with them so far. */
export interface SettingsContext {
  lists: readonly (Choice & { memberCount: number })[];
  tags: readonly Choice[];
  /** The other automations that are not archived. */
  automations: readonly Choice[];
  members: readonly Choice[];
  senders: readonly SenderView[];
  preview: PreviewContact;
  problems: readonly GraphProblem[];
}

export interface SettingsProps<N extends GraphNode> {
  node: N;
  context: SettingsContext;
  onChange: (node: GraphNode) => void;
}

export type ConfigOf<T extends NodeType> = Extract<GraphNode, { type: T }>['config'];

/** What is wrong with one field of the step, to be shown beside it. */
export function errorOf({ problems }: SettingsContext, field: string): string | undefined {
  return problems.find((problem) => problem.field === field)?.message;
}

/** Choices as the options of a Select. */
export function optionsOf(choices: readonly Choice[]): { value: string; label: string }[] {
  return choices.map(({ id, name }) => ({ value: id, label: name }));
}
