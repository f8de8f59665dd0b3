import { MultiSelect, Stack } from '@mantine/core';
import {
  exitsOf,
  type Graph,
  type GraphNode,
  type GraphProblem,
  type NodeType,
} from '#shared/automation/graph.ts';
import { nextStepLabels, stepName } from './catalogue.ts';
import { type Exit, readingOrder, targetsOf } from './graphEdits.ts';
import { Palette } from './Palette.tsx';

interface Props {
  graph: Graph;
  node: GraphNode;
  problems: readonly GraphProblem[];
  setTargets: (from: Exit, targets: string[]) => void;
  addAfter: (from: Exit, type: NodeType) => void;
}

/** Where each exit of a step leads: the same as drawing edges, without a mouse. */
export function NextSteps({ graph, node, problems, setTargets, addAfter }: Props) {
  const choices = numbered(graph).filter(({ value, type }) => value !== node.id && type !== 'segment');
  return (
    <Stack gap="md">
      {exitsOf(node).map((exit) => {
        const from = { nodeId: node.id, exit };
        const label = nextStepLabels[exit];
        return (
          <Stack gap="xs" key={exit} align="flex-start">
            <MultiSelect
              w="100%"
              label={label}
              description="Several next steps run in parallel."
              placeholder="Choose a step"
              data={choices}
              value={targetsOf(graph, from)}
              error={problems.find(({ field }) => field === exit)?.message}
              onChange={(targets) => setTargets(from, targets)}
            />
            <Palette
              size="xs"
              variant="default"
              label={`Add ${label.toLowerCase()}`}
              without={node.type === 'segment' ? [] : ['segment', 'sender_profile']}
              onAdd={(type) => addAfter(from, type)}
            />
          </Stack>
        );
      })}
    </Stack>
  );
}

/** Steps with their number in reading order, so that two of a kind can be told apart. */
function numbered(graph: Graph): { value: string; label: string; type: NodeType }[] {
  return readingOrder(graph).map((node, index) => ({
    value: node.id,
    label: `${index + 1}. ${stepName(node)}`,
    type: node.type,
  }));
}
