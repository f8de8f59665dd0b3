import { Select, Stack } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import { choicesOf, manualTaskKinds } from '../catalogue.ts';
import { DurationField } from '../DurationField.tsx';
import { TemplateField } from '../TemplateField.tsx';
import { type ConfigOf, errorOf, type SettingsProps } from './context.ts';

/** What a Manual task asks of a person, and by when. */
export function ManualTaskSettings({ node, context, onChange }: SettingsProps<NodeOf<'manual_task'>>) {
  const change = (config: Partial<ConfigOf<'manual_task'>>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  return (
    <Stack gap="md">
      <Select
        label="Kind"
        description="Shown on the Tasks page; the branch waits until the task is done or skipped there."
        data={choicesOf(manualTaskKinds)}
        value={node.config.kind}
        onChange={(kind) => kind && change({ kind })}
      />
      <TemplateField
        label="Instruction"
        value={node.config.instruction}
        error={errorOf(context, 'instruction')}
        preview={context.preview}
        onChange={(instruction) => change({ instruction })}
      />
      <DurationField
        label="Time to do it"
        description="Afterwards the task is shown as overdue, and still waits."
        value={node.config.dueInMs}
        onChange={(dueInMs) => change({ dueInMs })}
      />
    </Stack>
  );
}
