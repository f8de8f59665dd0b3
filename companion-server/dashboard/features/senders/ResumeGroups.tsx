import { Button, Group, NativeSelect, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type HeldGroup, type ResumePlan, resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import { stepName } from '#shared/statuses/steps.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';
import { type Choice, choices, type Draft, editsOf, nothingChosen } from './resumeDraft.ts';

const keyOf = ({ automationId, kind }: HeldGroup) => `${automationId}:${kind}`;

/** Per automation and kind: how many, when, and what to do with them. Applied all at once. */
export function ResumeGroups({ senderId, plan }: { senderId: string; plan: ResumePlan }) {
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const apply = useAction(resumePlanRoutes.edit, {
    inline: true,
    done: 'The plan is changed.',
    onDone: () => setDrafts({}),
  });
  const edits = plan.groups.flatMap((group) =>
    editsOf(group, drafts[keyOf(group)] ?? nothingChosen, plan.now),
  );
  const isComplete = edits.every((edit) => edit !== null);
  const leaving = edits.filter((edit) => edit?.do === 'cancel').length;
  const send = () =>
    apply.mutate({
      params: { senderId },
      body: { channel: plan.channel, edits: edits.filter((edit) => edit !== null) },
    });
  return (
    <Section title="What was held">
      <Table.ScrollContainer minWidth={760}>
        <Table aria-label="Steps that were held, by automation and kind">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Automation</Table.Th>
              <Table.Th data-numeric>Steps</Table.Th>
              <Table.Th>Due since</Table.Th>
              <Table.Th>Goes</Table.Th>
              <Table.Th>Change</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {plan.groups.map((group) => (
              <Row
                key={keyOf(group)}
                group={group}
                draft={drafts[keyOf(group)] ?? nothingChosen}
                onChange={(draft) => setDrafts((before) => ({ ...before, [keyOf(group)]: draft }))}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {apply.error && <ProblemAlert problem={apply.error.problem} />}
      <Group gap="xs">
        {leaving > 0 ? (
          <ConfirmButton
            label="Apply changes"
            question="Take these contacts out of their automations?"
            consequence="Contacts of the steps you chose to leave out become Canceled there. Nothing is sent to them by these automations any more."
            confirmLabel="Apply"
            loading={apply.isPending}
            disabled={!isComplete}
            onConfirm={send}
          />
        ) : (
          <Button disabled={edits.length === 0 || !isComplete} loading={apply.isPending} onClick={send}>
            Apply changes
          </Button>
        )}
        {!isComplete && (
          <Text size="sm" role="status">
            Choose a date that lies ahead.
          </Text>
        )}
      </Group>
    </Section>
  );
}

interface RowProps {
  group: HeldGroup;
  draft: Draft;
  onChange(draft: Draft): void;
}

function Row({ group, draft, onChange }: RowProps) {
  const name = `${group.automationName}, ${stepName(group.kind)}`;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        {group.automationName}
        <Text size="xs" c="dimmed">
          {stepName(group.kind)}
        </Text>
      </Table.Th>
      <Table.Td data-numeric>
        {group.steps}
        <Text size="xs" c="dimmed">
          {group.firstTouches} first {group.firstTouches === 1 ? 'touch' : 'touches'}
        </Text>
      </Table.Td>
      <Table.Td>
        <Time at={group.oldest} />
      </Table.Td>
      <Table.Td>
        <Time at={group.firstAt} none="later than 90 days" />
        {group.steps > 1 && (
          <Text size="xs" c="dimmed">
            last <Time at={group.lastAt} none="later than 90 days" />
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap="xs" align="flex-start" wrap="nowrap">
          <NativeSelect
            aria-label={`What to do with ${name}`}
            data={choices(group)}
            value={draft.choice}
            onChange={(event) => onChange({ ...draft, choice: event.currentTarget.value as Choice })}
          />
          {draft.choice === 'postpone' && (
            <TextInput
              type="date"
              aria-label={`Postpone ${name} until`}
              value={draft.date}
              onChange={(event) => onChange({ ...draft, date: event.currentTarget.value })}
            />
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
