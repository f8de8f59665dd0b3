import { Alert, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { type ResumePlan, resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import { queryFor } from '../../api/client.ts';
import { Empty } from '../../components/Empty.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';
import { Time } from '../../components/Time.tsx';
import { ResumeGroups } from './ResumeGroups.tsx';

/** What was held on an account, when each of it goes, and the way to change that first. */
export function ResumePage() {
  const { senderId } = useParams({ from: '/shell/senders/$senderId/resume' });
  const { channel = 'linkedin' } = useSearch({ from: '/shell/senders/$senderId/resume' });
  const plan = useQuery(queryFor(resumePlanRoutes.get, { params: { senderId }, query: { channel } }));
  return (
    <Page
      title={channel === 'linkedin' ? 'Resume plan of LinkedIn' : 'Resume plan of email'}
      text="Nothing has to be done here: without a change everything goes on by itself, within caps, ramp and working hours. Missed time is not made up."
      back={
        <TextLink
          to="/senders/$senderId"
          params={{ senderId }}
          search={{ tab: channel === 'linkedin' ? 'linkedin' : 'email' }}
        >
          Back to the sender profile
        </TextLink>
      }
    >
      <Loaded query={plan} what="the resume plan">
        {(data) => (
          <Stack gap="lg">
            <Standing plan={data} />
            {data.groups.length === 0 ? (
              <Empty title="Nothing waits" text="No step of this account was held, or all of them went." />
            ) : (
              <ResumeGroups senderId={senderId} plan={data} />
            )}
            {data.more && (
              <Text size="sm">More than 5,000 steps wait; those beyond follow in the same order.</Text>
            )}
            <Resumed plan={data} />
            <StillHeld plan={data} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Standing({ plan }: { plan: ResumePlan }) {
  if (plan.lostAt !== null) {
    return (
      <Alert color="red" variant="outline" title="Not connected" role="status">
        <Text size="sm">
          Lost <Time at={plan.lostAt} />. The times below are as if it were reconnected now.
        </Text>
      </Alert>
    );
  }
  if (plan.regainedAt === null) return null;
  return (
    <Text size="sm">
      Connected again <Time at={plan.regainedAt} />.
    </Text>
  );
}

function Resumed({ plan }: { plan: ResumePlan }) {
  if (plan.resumed.length === 0) return null;
  return (
    <Section title={plan.lostAt === null ? 'What goes on' : 'What will go on'}>
      <List size="sm">
        {plan.resumed.map(({ automationId, name }) => (
          <List.Item key={automationId}>
            <TextLink to="/automations/$automationId" params={{ automationId }} search={{}}>
              {name}
            </TextLink>
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

function StillHeld({ plan }: { plan: ResumePlan }) {
  if (plan.stillHeld.length === 0) return null;
  return (
    <Section title="What stays held, for another reason">
      <Stack gap="sm">
        {plan.stillHeld.map(({ name, hold }) => (
          <Stack key={hold.id} gap={4} align="flex-start">
            <Text size="sm" fw={600}>
              {name}
            </Text>
            <StatusBadge kind="hold" value={hold.reason} />
            <Text size="sm">{hold.detail}</Text>
          </Stack>
        ))}
      </Stack>
    </Section>
  );
}
