import { Badge, Checkbox, Group, Paper, Select, Stack, Text } from '@mantine/core';
import { landings, type MovePlan } from '#shared/automation/versionDiff.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import type { ChangedStepView } from '#shared/contract/version.ts';
import { numberedName } from '../FindingList.tsx';

interface Props {
  step: ChangedStepView;
  automation: AutomationDetail;
  choices: MovePlan;
  change: (choices: MovePlan) => void;
}

const END = 'end';
const changeLabels = { removed: 'Removed', changed: 'Changed', rerouted: 'Leads elsewhere' } as const;
const changeColors = { removed: 'red', changed: 'blue', rerouted: 'gray' } as const;

/** One changed step: who stands there, what happens to them, and what can be chosen. */
export function StepChange({ step, automation, choices, change }: Props) {
  const { nodeId, standing, byDefault } = step;
  const name = numberedName(automation.graph, nodeId) ?? nodeId;
  return (
    <Paper withBorder p="sm" component="section" aria-label={`${changeLabels[step.change]}: ${name}`}>
      <Stack gap="xs">
        <Group gap="xs">
          <Badge variant="light" color={changeColors[step.change]}>
            {changeLabels[step.change]}
          </Badge>
          <Text fw={600} size="sm">
            {name}
          </Text>
        </Group>
        <Text size="sm">
          {standingText(standing)} {byDefault}
        </Text>
        {mayMove(step) && (
          <Select
            label={`Move ${standing === 1 ? 'it' : 'them'} to`}
            placeholder="Choose a step"
            required={step.needsChoice}
            withAsterisk={step.needsChoice}
            data={targetsOf(automation)}
            value={chosenFor(choices, step)}
            onChange={(value) => value && change(withTarget(choices, nodeId, value === END ? null : value))}
          />
        )}
        {step.waitChanged && step.change === 'changed' && standing > 0 && (
          <Checkbox
            label="Count the new time from when each wait began"
            checked={choices.recompute.includes(nodeId)}
            onChange={(event) => change(withRecompute(choices, nodeId, event.currentTarget.checked))}
          />
        )}
      </Stack>
    </Paper>
  );
}

function standingText(standing: number): string {
  if (standing === 0) return 'Nobody stands here.';
  return standing === 1 ? '1 contact stands here.' : `${standing} contacts stand here.`;
}

/** Nobody can be placed from where nobody stands: contacts pass the way in. */
function mayMove({ change, type, standing, needsChoice }: ChangedStepView): boolean {
  if (change !== 'removed' || type === 'segment' || type === 'sender_profile') return false;
  return standing > 0 || needsChoice;
}

function targetsOf({ draft }: AutomationDetail) {
  return [
    ...landings(draft).map(({ id }) => ({ value: id, label: numberedName(draft, id) ?? id })),
    { value: END, label: 'Nowhere: end them as Failed' },
  ];
}

function chosenFor({ targets }: MovePlan, { nodeId, suggested }: ChangedStepView): string | null {
  if (!(nodeId in targets)) return suggested;
  return targets[nodeId] ?? END;
}

function withTarget(choices: MovePlan, nodeId: string, target: string | null): MovePlan {
  return { ...choices, targets: { ...choices.targets, [nodeId]: target } };
}

function withRecompute(choices: MovePlan, nodeId: string, wanted: boolean): MovePlan {
  const others = choices.recompute.filter((id) => id !== nodeId);
  return { ...choices, recompute: wanted ? [...others, nodeId] : others };
}
