import { Group, Paper, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import type { ExitName, GraphNode } from '#shared/automation/graph.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { exitLabels, stepName } from './catalogue.ts';
import { STEP_HEIGHT, STEP_WIDTH } from './layout.ts';
import { stepIcons } from './stepIcons.ts';

export type StepData = {
  step: GraphNode;
  summary: string;
  counts: AutomationDetail['nodeCounts'][number] | undefined;
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
          aria-label={`Settings of ${stepName(step)}: ${summary}${problems > 0 ? `, ${problems} to fix` : ''}`}
          onClick={() => open(step.id)}
        >
          <Stack gap={4} h="100%" justify="space-between">
            <Group gap="xs" wrap="nowrap">
              <Icon aria-hidden size={18} stroke={1.5} style={{ flexShrink: 0 }} />
              <Text fw={600} size="sm" truncate flex={1}>
                {stepName(step)}
              </Text>
              {problems > 0 && (
                <IconAlertTriangle aria-hidden size={16} color="var(--mantine-color-orange-6)" />
              )}
            </Group>
            <Text size="xs" c="dimmed" lineClamp={1}>
              {summary}
            </Text>
            <Counts counts={counts} />
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

function Counts({ counts }: { counts: StepData['counts'] }) {
  const { standing, passed, failed } = counts ?? { standing: 0, passed: 0, failed: 0 };
  return (
    <Group gap="sm" className="tabular" wrap="nowrap">
      <Text size="xs">{standing} here</Text>
      <Text size="xs">{passed} passed</Text>
      <Text size="xs" fw={failed > 0 ? 700 : 400}>
        {failed} failed
      </Text>
    </Group>
  );
}
