import { Button, Group, Modal, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type AutomationSummary, automationRoutes } from '#shared/contract/automation.ts';
import { queryFor } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { statusEntry } from '../../components/dictionary.ts';
import { Empty } from '../../components/Empty.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ManagersOnly } from '../../components/ManagersOnly.tsx';
import { Page } from '../../components/Page.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Time } from '../../components/Time.tsx';
import { AutomationStatus } from './AutomationStatus.tsx';

/** All automations: status, what holds them, and where their contacts stand. */
export function AutomationsPage() {
  const automations = useQuery(queryFor(automationRoutes.list));
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <Page
      title="Automations"
      actions={
        <ManagersOnly>
          <Button leftSection={<IconPlus aria-hidden size={16} />} onClick={open}>
            New automation
          </Button>
        </ManagersOnly>
      }
    >
      <Loaded query={automations} what="automations">
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title="No automation yet"
              text="An automation takes the contacts of a list through LinkedIn and email steps. Begin with a starter and change it."
            >
              <ManagersOnly>
                <Button onClick={open}>Make the first automation</Button>
              </ManagersOnly>
            </Empty>
          ) : (
            <Stack gap="sm">
              {items.map((automation) => (
                <AutomationCard key={automation.id} automation={automation} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      <Modal opened={opened} onClose={close} title="New automation">
        <NewAutomation />
      </Modal>
    </Page>
  );
}

function AutomationCard({ automation }: { automation: AutomationSummary }) {
  const { id, name, holds, startedAt, updatedAt } = automation;
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" gap="sm" align="flex-start">
        <Stack gap={4} miw={0} flex="1 1 280px">
          <Group gap="sm">
            <TextLink to="/automations/$automationId" params={{ automationId: id }} search={{}} fw={600}>
              {name}
            </TextLink>
            <AutomationStatus automation={automation} />
          </Group>
          {holds.map((hold) => (
            <Text size="sm" key={hold.id}>
              {hold.detail} {hold.hint}
            </Text>
          ))}
          <Text size="sm" c="dimmed" component="span">
            {startedAt === null ? 'Not started, changed ' : 'Started '}
            <Time at={startedAt ?? updatedAt} />
          </Text>
        </Stack>
        <Text size="sm" className="tabular">
          {countsText(automation) || 'No contacts yet'}
        </Text>
      </Group>
    </Paper>
  );
}

function countsText({ counts }: AutomationSummary): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${statusEntry('enrollment', status).label.toLowerCase()}`)
    .join(' · ');
}

function NewAutomation() {
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '' },
    validate: { name: (value) => (value.trim() ? null : 'Enter a name.') },
  });
  const create = useAction(automationRoutes.create, {
    inline: true,
    onDone: ({ id }) =>
      void navigate({ to: '/automations/$automationId', params: { automationId: id }, search: {} }),
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((body) =>
        create.mutate(
          { body },
          { onError: ({ problem }) => form.setErrors(fieldErrors(problem, ['name']).errors) },
        ),
      )}
    >
      <Stack gap="md">
        <TextInput label="Name" required data-autofocus maxLength={120} {...form.getInputProps('name')} />
        {create.error && <ProblemAlert problem={create.error.problem} />}
        <Button type="submit" loading={create.isPending}>
          Create automation
        </Button>
      </Stack>
    </form>
  );
}
