import { Button, Divider, Drawer, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconCopy, IconTrash } from '@tabler/icons-react';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { EmailFigures } from '../EmailFigures.tsx';
import { catalogue } from './catalogue.ts';
import { NextSteps, type NextStepsActions } from './NextSteps.tsx';
import type { NodeCounts } from './StepNode.tsx';
import { StepSettings } from './StepSettings.tsx';
import type { SettingsContext } from './settings/context.ts';

interface Props {
  graph: Graph;
  node: GraphNode | undefined;
  readOnly: boolean;
  /** Null: it never ran. */
  counts: NodeCounts | null;
  context: SettingsContext;
  onChange: (node: GraphNode) => void;
  edges: NextStepsActions;
  duplicate: (id: string) => void;
  remove: (id: string) => void;
  close: () => void;
}

/** Slides in from the right: the settings of one step and where it leads. */
export function StepDrawer(props: Props) {
  const { node, close } = props;
  return (
    <Drawer
      opened={node !== undefined}
      onClose={close}
      position="right"
      size="md"
      title={node ? `${catalogue[node.type].label} settings` : ''}
    >
      {node && <Content key={node.id} {...props} node={node} />}
    </Drawer>
  );
}

function Content({ graph, node, readOnly, counts, context, ...act }: Props & { node: GraphNode }) {
  const without = context.problems.filter(({ field }) => field === null);
  return (
    <Stack gap="md">
      {readOnly && (
        <Text size="sm" c="dimmed">
          This is the version that runs. Press Edit steps on the automation's page to change a draft of it.
        </Text>
      )}
      {counts && (
        <Text size="sm" className="tabular">
          {counts.standing} contacts stand here, {counts.passed} passed, {counts.failed} failed.
        </Text>
      )}
      {node.type === 'send_email' && <EmailFigures nodeId={node.id} />}
      {without.map(({ message }) => (
        <Text key={message} size="sm" c="var(--mantine-color-error)">
          {message}
        </Text>
      ))}
      <Fieldset variant="unstyled" disabled={readOnly}>
        <Stack gap="md">
          <StepSettings node={node} context={context} onChange={act.onChange} />
          <TextInput
            label="Name on the canvas"
            placeholder={catalogue[node.type].label}
            maxLength={120}
            value={node.label}
            onChange={(event) => act.onChange({ ...node, label: event.currentTarget.value })}
          />
          {node.type !== 'end' && (
            <>
              <Divider
                label="What follows"
                labelPosition="left"
                styles={{ label: { color: 'var(--mantine-color-dimmed)' } }}
              />
              <NextSteps graph={graph} node={node} problems={context.problems} act={act.edges} />
            </>
          )}
        </Stack>
      </Fieldset>
      <Group justify="flex-end" gap="xs">
        {!readOnly && (
          <>
            <Button
              variant="default"
              leftSection={<IconTrash aria-hidden size={16} />}
              onClick={() => act.remove(node.id)}
            >
              Remove step
            </Button>
            <Button
              variant="default"
              leftSection={<IconCopy aria-hidden size={16} />}
              onClick={() => act.duplicate(node.id)}
            >
              Duplicate
            </Button>
          </>
        )}
        <Button onClick={act.close}>Done</Button>
      </Group>
    </Stack>
  );
}
