import { Group, Paper, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import type { ExitName, GraphNode } from '#shared/automation/graph.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { exitLabels, stepName } from './catalogue.ts';
import { STEP_HEIGHT, STEP_WIDTH } from './layout.ts';
import { stepIcons } from './stepIcons.ts';

export type NodeCounts = Omit<AutomationDetail['nodeCounts'][number], 'nodeId'>;

export type StepData = {
  step: GraphNode;
  summary: string;
  /** Null: it never ran. */
  counts: NodeCounts | null;
  problems: number;
  exits: readonly ExitName[];
  open: (id: string) => void;
};
export type StepFlowNode = Node<StepData, 'step'>;

/** One step on the canvas: name, summary, live counts. Pressing it opens its settings. */
export function StepNode({ data, isConnectable }: NodeProps<StepFlowNode>) {
  const { step, summary, counts, problems, exits, open } = data;
  const Icon = stepIcons[step.type];
  return (
    <>
      {step.type !== 'segment' && (
        <Handle type="target" position={Position.Top} isConnectable={isConnectable} />
      )}
      <Paper
        withBorder
        shadow="xs"
        w={STEP_WIDTH}
        h={STEP_HEIGHT}
        style={problems > 0 ? { borderColor: 'var(--mantine-color-orange-6)', borderWidth: 2 } : undefined}
      >
        <UnstyledButton
          w="100%"
          h="100%"
          p="sm"
          aria-label={`Settings of ${stepName(step)}: ${[summary, ...(problems > 0 ? [`${problems} to fix`] : []), ...(counts ? countWords(counts) : [])].join(', ')}`}
          onClick={() => open(step.id)}
        >
          <Stack gap={counts ? 4 : 'xs'} h="100%" justify={counts ? 'space-between' : 'flex-start'}>
            <Group gap="xs" wrap="nowrap">
              <Icon aria-hidden size={18} stroke={1.5} style={{ flexShrink: 0 }} />
              <Text fw={600} size="sm" truncate flex={1}>
                {stepName(step)}
              </Text>
              {problems > 0 && (
                <IconAlertTriangle aria-hidden size={16} color="var(--mantine-color-orange-6)" />
              )}
            </Group>
            <Text size="xs" c="dimmed" lineClamp={counts ? 1 : 2}>
              {summary}
            </Text>
            {counts && <Counts counts={counts} />}
          </Stack>
        </UnstyledButton>
      </Paper>
      {exits.map((exit, index) => (
        <Handle
          key={exit}
          id={exit}
          type="source"
          position={Position.Bottom}
          isConnectable={isConnectable}
          title={exitLabels[exit] || 'Next'}
          style={{ left: `${(100 * (index + 1)) / (exits.length + 1)}%` }}
        />
      ))}
    </>
  );
}

/** What a running automation counted at one step. */
export function countsOf(counts: AutomationDetail['nodeCounts'], nodeId: string): NodeCounts {
  return counts.find((one) => one.nodeId === nodeId) ?? { standing: 0, passed: 0, failed: 0 };
}

/** The numbers of a step in words, for the picture and for who cannot see it. */
export function countWords({ standing, passed, failed }: NodeCounts): string[] {
  return [`${standing} here`, `${passed} passed`, `${failed} failed`];
}

const countTips = [
  'Contacts that stand here now',
  'Contacts that went on from here',
  'Contacts whose branch failed here',
];

function Counts({ counts }: { counts: NodeCounts }) {
  return (
    <Group gap="sm" className="tabular" wrap="nowrap" justify="flex-end">
      {countWords(counts).map((words, index) => (
        <Tooltip key={words} label={countTips[index]}>
          <Text size="xs" fw={index === 2 && counts.failed > 0 ? 700 : 400}>
            {words}
          </Text>
        </Tooltip>
      ))}
    </Group>
  );
}
