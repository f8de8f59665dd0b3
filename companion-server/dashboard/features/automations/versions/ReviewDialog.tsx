import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { MovePlan } from '#shared/automation/versionDiff.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { type VersionPreview, versionRoutes } from '#shared/contract/version.ts';
import { useAction } from '../../../api/useAction.ts';
import { Loading } from '../../../components/Loaded.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { FindingList } from '../FindingList.tsx';
import { StepChange } from './StepChange.tsx';

interface Props {
  automation: AutomationDetail;
  opened: boolean;
  close: () => void;
  /** The new version is stored; the draft is what runs. */
  onPublished: () => void;
}

/** What publishing the draft does to the contacts under way, and where those on removed steps go. */
export function ReviewDialog({ opened, close, automation, onPublished }: Props) {
  return (
    <Modal opened={opened} onClose={close} title="Review changes" size="lg">
      {opened && <Content automation={automation} close={close} onPublished={onPublished} />}
    </Modal>
  );
}

const noChoices: MovePlan = { targets: {}, recompute: [] };

function Content({ automation, close, onPublished }: Omit<Props, 'opened'>) {
  const params = { automationId: automation.id };
  const [preview, setPreview] = useState<VersionPreview | null>(null);
  const [choices, setChoices] = useState<MovePlan>(noChoices);
  const [grew, setGrew] = useState(false);
  const look = useAction(versionRoutes.preview, {
    inline: true,
    timeoutMs: 60_000,
    onDone: (found) => {
      setPreview(found);
      setChoices((before) => withSuggestions(found, before));
    },
  });
  const publish = useAction(versionRoutes.publish, {
    inline: true,
    timeoutMs: 60_000,
    onDone: (result) => {
      setPreview(result.preview);
      setGrew(!result.published);
      if (!result.published) return;
      close();
      onPublished();
    },
  });
  const { mutate } = look;
  useEffect(
    () => mutate({ params: { automationId: automation.id }, body: { choices: noChoices } }),
    [mutate, automation.id],
  );
  const open = preview?.steps.filter((step) => isOpen(step, choices)).length ?? 0;
  return (
    <Stack gap="md">
      {look.isPending && <Loading what="the changes" />}
      {look.error && (
        <ProblemAlert
          problem={look.error.problem}
          onRetry={() => mutate({ params, body: { choices: noChoices } })}
        />
      )}
      {grew && (
        <Alert variant="outline" color="orange" title="Not published yet" role="alert">
          Contacts moved meanwhile, or something must be fixed first. Look again at what is below.
        </Alert>
      )}
      {preview && (
        <>
          <Text size="sm" role="status">
            {summaryOf(preview, open)}
          </Text>
          {preview.newcomers > 0 && (
            <Alert variant="outline" color="blue" role="note" title="Who enters with it">
              {newcomersOf(preview.newcomers)}
            </Alert>
          )}
          {preview.findings.length > 0 && (
            <FindingList findings={preview.findings} graph={automation.draft} />
          )}
          {preview.steps.map((step) => (
            <StepChange
              key={step.nodeId}
              step={step}
              automation={automation}
              choices={choices}
              change={setChoices}
            />
          ))}
        </>
      )}
      {publish.error && <ProblemAlert problem={publish.error.problem} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Back to the draft
        </Button>
        <Button
          disabled={!preview?.canPublish || open > 0}
          loading={publish.isPending}
          onClick={() => preview && publish.mutate({ params, body: { choices, basedOn: preview.basedOn } })}
        >
          Publish version {(preview?.basedOn ?? automation.versionNumber ?? 0) + 1}
        </Button>
      </Group>
    </Stack>
  );
}

function isOpen(step: VersionPreview['steps'][number], { targets }: MovePlan): boolean {
  return step.needsChoice && !(step.nodeId in targets);
}

/** What is suggested stands in the fields, so that everybody sees it before it is published. */
function withSuggestions(preview: VersionPreview, before: MovePlan): MovePlan {
  const suggested = preview.steps.flatMap(({ nodeId, change, needsChoice, suggested }) =>
    change === 'removed' && needsChoice && suggested !== null ? [[nodeId, suggested] as const] : [],
  );
  return { ...before, targets: { ...Object.fromEntries(suggested), ...before.targets } };
}

function summaryOf({ canPublish, steps }: VersionPreview, open: number): string {
  if (!canPublish) return 'It cannot be published yet: something must be fixed.';
  if (open > 0) return 'Choose where the contacts of removed steps go.';
  if (steps.length === 0) return 'Nobody under way is affected.';
  return `${steps.length} ${steps.length === 1 ? 'step of the running version changes' : 'steps of the running version change'}. Publishing can be undone for 24 hours.`;
}

function newcomersOf(n: number): string {
  const who =
    n === 1
      ? '1 contact of its lists and tags has'
      : `${n.toLocaleString()} contacts of its lists and tags have`;
  return `${who} not been in this automation yet and ${n === 1 ? 'enters' : 'enter'} when it is published.`;
}
