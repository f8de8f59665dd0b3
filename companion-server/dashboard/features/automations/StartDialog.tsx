import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import type { Output } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Loading } from '../../components/Loaded.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { FindingList } from './FindingList.tsx';
import { Forecast } from './Forecast.tsx';

type Preflight = Output<typeof automationRoutes.preflight>;

interface Props {
  automation: AutomationDetail;
  opened: boolean;
  close: () => void;
}

/** Preflight against the real contacts; starting is offered only when nothing forbids it. */
export function StartDialog({ automation, opened, close }: Props) {
  return (
    <Modal opened={opened} onClose={close} title={`Start ${automation.name}?`} size="lg">
      {opened && <Content automation={automation} close={close} />}
    </Modal>
  );
}

function Content({ automation, close }: Omit<Props, 'opened'>) {
  const input = { params: { automationId: automation.id } };
  const check = useAction(automationRoutes.preflight, { inline: true, timeoutMs: 60_000 });
  const start = useAction(automationRoutes.start, {
    inline: true,
    timeoutMs: 60_000,
    done: 'The automation is running.',
    onDone: close,
  });
  const { mutate } = check;
  useEffect(() => mutate({ params: { automationId: automation.id } }), [mutate, automation.id]);
  return (
    <Stack gap="md">
      {check.isPending && <Loading what="the check" />}
      {check.error && <ProblemAlert problem={check.error.problem} onRetry={() => mutate(input)} />}
      {check.data && <Verdict result={check.data} />}
      {check.data?.forecast && <Forecast forecast={check.data.forecast} />}
      {check.data && <FindingList findings={check.data.findings} graph={automation.graph} />}
      {start.error && <ProblemAlert problem={start.error.problem} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Back to the draft
        </Button>
        <Button
          disabled={!check.data?.canStart}
          loading={start.isPending}
          onClick={() => start.mutate(input)}
        >
          Start automation
        </Button>
      </Group>
    </Stack>
  );
}

function Verdict({ result }: { result: Preflight }) {
  const errors = result.findings.filter(({ severity }) => severity === 'error');
  return (
    <Group gap="xs" wrap="nowrap" role="status">
      {result.canStart ? (
        <IconCircleCheck
          aria-hidden
          size={20}
          style={{ flexShrink: 0 }}
          color="var(--mantine-color-green-7)"
        />
      ) : (
        <IconCircleX aria-hidden size={20} style={{ flexShrink: 0 }} color="var(--mantine-color-red-7)" />
      )}
      <Text size="sm">
        {result.canStart
          ? `Ready to start for ${result.contacts.toLocaleString()} ${result.contacts === 1 ? 'contact' : 'contacts'}. Its steps can be edited later.`
          : `It cannot start yet: ${errors.length} ${errors.length === 1 ? 'thing' : 'things'} to fix.`}
      </Text>
    </Group>
  );
}
