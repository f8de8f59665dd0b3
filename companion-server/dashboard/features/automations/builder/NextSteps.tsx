import { Group, MultiSelect, NumberInput, Stack, Switch } from '@mantine/core';
import {
  exitsOf,
  type Graph,
  type GraphEdge,
  type GraphNode,
  type GraphProblem,
  type NodeType,
} from '#shared/automation/graph.ts';
import { limits } from '#shared/kernel/limits.ts';
import { nextStepLabels, stepName } from './catalogue.ts';
import { type Exit, readingOrder, targetsOf, waysBack } from './graphEdits.ts';
import { Palette } from './Palette.tsx';

export interface NextStepsActions {
  setTargets: (from: Exit, targets: string[]) => void;
  addAfter: (from: Exit, type: NodeType) => void;
  insertAfter: (from: Exit, type: NodeType) => void;
  setLoop: (edgeId: string, maxVisits: number | null) => void;
}

interface Props {
  graph: Graph;
  node: GraphNode;
  problems: readonly GraphProblem[];
  act: NextStepsActions;
}

/** Where each exit of a step leads: the same as drawing edges, without a mouse. */
export function NextSteps({ graph, node, problems, act }: Props) {
  const steps = numbered(graph);
  const choices = steps.filter(({ value, type }) => value !== node.id && type !== 'segment');
  const without: NodeType[] = node.type === 'segment' ? [] : ['segment', 'sender_profile'];
  return (
    <Stack gap="lg">
      {exitsOf(node).map((exit) => {
        const from = { nodeId: node.id, exit };
        const label = nextStepLabels[exit];
        const targets = targetsOf(graph, from);
        return (
          <Stack gap="xs" key={exit} align="flex-start">
            <MultiSelect
              w="100%"
              label={label}
              description="Several next steps run in parallel."
              placeholder={targets.length === 0 ? 'Choose a step' : undefined}
              data={choices}
              value={targets}
              error={problems.find(({ field }) => field === exit)?.message}
              onChange={(chosen) => act.setTargets(from, chosen)}
            />
            {waysBack(graph, from).map((edge) => (
              <LoopField
                key={edge.id}
                edge={edge}
                target={steps.find(({ value }) => value === edge.target)?.label ?? ''}
                setLoop={act.setLoop}
              />
            ))}
            <Group gap="xs">
              <Palette
                size="xs"
                variant="default"
                label={`Add ${lowerFirst(label)}`}
                without={without}
                onAdd={(type) => act.addAfter(from, type)}
              />
              {targets.length > 0 && (
                <Palette
                  size="xs"
                  variant="default"
                  label={`Insert before ${lowerFirst(label)}`}
                  without={[...without, 'end']}
                  onAdd={(type) => act.insertAfter(from, type)}
                />
              )}
            </Group>
          </Stack>
        );
      })}
    </Stack>
  );
}

/** How often most loops are meant to run. */
const USUAL_VISITS = 3;

interface LoopProps {
  edge: GraphEdge;
  target: string;
  setLoop: NextStepsActions['setLoop'];
}

/** A way back needs to be declared, with an end: then the exit's other ways are taken. */
function LoopField({ edge, target, setLoop }: LoopProps) {
  return (
    <Stack gap="xs" w="100%">
      <Switch
        label={`Loop back to ${target}`}
        description="Taken instead of the exit's other ways until its visits are used up."
        checked={edge.loop !== undefined}
        onChange={(event) => setLoop(edge.id, event.currentTarget.checked ? USUAL_VISITS : null)}
      />
      {edge.loop && (
        <NumberInput
          label="Visits at most"
          description={`Counts the first one; ${limits.nodeVisits} is the most.`}
          min={2}
          max={limits.nodeVisits}
          allowDecimal={false}
          value={edge.loop.maxVisits}
          onChange={(visits) => {
            if (Number(visits) >= 2) setLoop(edge.id, Math.min(limits.nodeVisits, Number(visits)));
          }}
        />
      )}
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

function lowerFirst(label: string): string {
  return label.charAt(0).toLowerCase() + label.slice(1);
}
