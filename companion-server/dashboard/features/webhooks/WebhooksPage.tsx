import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { type FailedWebhook, WEBHOOKS_AT_ONCE, webhookRoutes } from '#shared/contract/webhook.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink, TextLink } from '../../components/Link.tsx';
import { Page } from '../../components/Page.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';

/** Calls of Webhook steps that were given up: made again, or left. */
export function WebhooksPage() {
  return (
    <Page title="Webhook calls" back={<TextLink to="/">Home</TextLink>}>
      <Section
        title="Failed"
        text="A call is repeated for a day and a half, with growing waits, then given up. Made again it carries the same request id, by which the receiving system knows it. The contacts went on in their automations."
      >
        <PagedList
          route={webhookRoutes.failed}
          what="failed calls"
          empty={
            <Empty
              title="No call failed"
              text="What the receiving systems do not take appears here by itself."
            >
              <ButtonLink to="/" variant="default">
                Home
              </ButtonLink>
            </Empty>
          }
        >
          {(items) => <Failed items={items} />}
        </PagedList>
      </Section>
    </Page>
  );
}

function useDecide(action: 'retry' | 'leave') {
  return useAction(webhookRoutes.decide, {
    done: action === 'retry' ? 'Made again within a minute.' : 'Left as it is.',
  });
}

function Failed({ items }: { items: readonly FailedWebhook[] }) {
  const retry = useDecide('retry');
  const leave = useDecide('leave');
  const atMost = `Up to ${WEBHOOKS_AT_ONCE} at once, the newest first.`;
  return (
    <Stack gap="sm">
      <Group>
        <ConfirmButton
          color="blue"
          label="Try all again"
          question="Try all failed calls again?"
          consequence={`Every call is made again, with all its waits if it fails. ${atMost}`}
          confirmLabel="Try again"
          loading={retry.isPending}
          onConfirm={() => retry.mutate({ body: { action: 'retry' } })}
        />
        <ConfirmButton
          label="Leave all"
          question="Leave all failed calls?"
          consequence={`The receiving systems are not told. The log of each contact keeps what happened. ${atMost}`}
          confirmLabel="Leave them"
          loading={leave.isPending}
          onConfirm={() => leave.mutate({ body: { action: 'leave' } })}
        />
      </Group>
      {items.map((each) => (
        <Row key={each.id} failed={each} />
      ))}
    </Stack>
  );
}

function Row({ failed }: { failed: FailedWebhook }) {
  const { id, contactId, contactName, automationId, automationName, host, answer, attempts, failedAt } =
    failed;
  const retry = useDecide('retry');
  const leave = useDecide('leave');
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="sm">
        <Stack gap={2}>
          <Group gap="xs">
            <TextLink to="/contacts/$contactId" params={{ contactId }}>
              {contactName}
            </TextLink>
            <TextLink to="/automations/$automationId" params={{ automationId }} search={{}}>
              {automationName}
            </TextLink>
          </Group>
          <Text size="sm">
            {host}: {answer ?? 'no answer'}
          </Text>
          <Text size="sm" c="dimmed">
            Failed <Time at={failedAt} /> after {attempts === 1 ? '1 try' : `${attempts} tries`}.
          </Text>
        </Stack>
        <Group gap="xs">
          <Button
            size="xs"
            aria-label={`Try again for ${contactName}`}
            loading={retry.isPending}
            onClick={() => retry.mutate({ body: { action: 'retry', ids: [id] } })}
          >
            Try again
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-label={`Leave ${contactName}`}
            loading={leave.isPending}
            onClick={() => leave.mutate({ body: { action: 'leave', ids: [id] } })}
          >
            Leave
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}
