import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { notificationRoutes } from '#shared/contract/manualTask.ts';
import { type HomeView, workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { DayFigures } from '../../components/DayFigures.tsx';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink, PathLink, TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';
import { Usage } from '../../components/Usage.tsx';
import { StaleNote } from '../senders/AccountStanding.tsx';
import { SenderBadges } from '../senders/SenderBadges.tsx';
import { firstTab } from '../senders/senderTab.ts';
import { PublicUrl } from '../settings/PublicUrl.tsx';
import { LostCapacity } from './LostCapacity.tsx';
import { Restored } from './Restored.tsx';

/** Who must act now, what was sent today, and the button that stops it all. */
export function HomePage() {
  const home = useQuery(queryFor(workspaceRoutes.home));
  return (
    <Page title="Home" actions={home.data && <StopOrResume home={home.data} />}>
      <Loaded query={home} what="the overview">
        {(data) => (
          <Stack gap="lg">
            {data.stopped && (isRestored(data) ? <Restored /> : <Stopped hold={data.stopped} />)}
            <MustAct actions={data.actions} />
            <Figures home={data} />
            {data.lostCapacity && <LostCapacity lost={data.lostCapacity} />}
            <Today home={data} />
            {data.senders.length > 0 && <DayFigures scope="workspace" />}
            <PublicUrl state={data.publicUrl} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function isRestored({ stopped }: HomeView): boolean {
  return stopped?.reason === 'restored_from_backup';
}

function StopOrResume({ home }: { home: HomeView }) {
  const stop = useAction(workspaceRoutes.stop, { done: 'Everything is stopped.' });
  const resume = useAction(workspaceRoutes.resume, {
    done: 'Everything goes on, within caps and working hours.',
  });
  const me = useQuery(queryFor(workspaceRoutes.me));
  if (isRestored(home)) return null;
  if (home.stopped) {
    if (me.data?.role === 'rep') return null;
    return (
      <Button loading={resume.isPending} onClick={() => resume.mutate({})}>
        Resume everything
      </Button>
    );
  }
  return (
    <ConfirmButton
      label="Stop everything"
      question="Stop everything?"
      consequence="No email is sent and nothing is done on LinkedIn, for all sender profiles, until an owner or a manager resumes. Every contact stays at the exact step where it stands. A step that is being executed at this moment may still end."
      confirmLabel="Stop everything now"
      loading={stop.isPending}
      onConfirm={() => stop.mutate({})}
    />
  );
}

function Stopped({ hold }: { hold: NonNullable<HomeView['stopped']> }) {
  return (
    <Alert color="red" variant="outline" title="Everything is stopped" role="status">
      <Text size="sm">
        {hold.detail} Stopped <Time at={hold.since} />. An owner or a manager can resume everything.
      </Text>
    </Alert>
  );
}

const severities = { red: 'You must act', orange: 'Warning', yellow: 'To know' } as const;

function MustAct({ actions }: { actions: HomeView['actions'] }) {
  return (
    <Section title="Who must act now">
      {actions.length === 0 ? (
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <IconCircleCheck
            aria-hidden
            size={20}
            style={{ flexShrink: 0, marginTop: 2 }}
            color="var(--mantine-color-green-7)"
          />
          <Text>Nobody. Everything that can move is moving.</Text>
        </Group>
      ) : (
        <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {actions.map((action) => (
            <Alert
              component="li"
              key={action.id}
              color={action.severity}
              variant="outline"
              role="listitem"
              title={`${severities[action.severity]}: ${action.title}`}
            >
              <Text size="sm">{action.detail}</Text>
              {action.noticeId ? (
                <Notice noticeId={action.noticeId} action={action} />
              ) : (
                <PathLink href={action.href} label={`Go to the fix: ${action.title}`}>
                  Go to the fix
                </PathLink>
              )}
            </Alert>
          ))}
        </Stack>
      )}
    </Section>
  );
}

/** What an automation tells: it stays here until its reader has seen it. */
function Notice({ noticeId, action }: { noticeId: string; action: HomeView['actions'][number] }) {
  const seen = useAction(notificationRoutes.seen);
  return (
    <Group gap="sm">
      <PathLink href={action.href} label={`Page of the contact: ${action.title}`}>
        Page of the contact
      </PathLink>
      <Button
        size="xs"
        variant="default"
        aria-label={`Seen: ${action.title}`}
        loading={seen.isPending}
        onClick={() => seen.mutate({ params: { notificationId: noticeId } })}
      >
        Seen
      </Button>
    </Group>
  );
}

function Figures({ home }: { home: HomeView }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Section title="Running automations">
        <Text className="tabular">
          <TextLink to="/automations">
            {home.runningAutomations} {home.runningAutomations === 1 ? 'automation' : 'automations'}
          </TextLink>
        </Text>
      </Section>
      <Section title="Active contacts">
        <Text className="tabular">
          <TextLink to="/contacts">
            {home.activeContacts} {home.activeContacts === 1 ? 'contact' : 'contacts'} under way
          </TextLink>
        </Text>
      </Section>
    </SimpleGrid>
  );
}

function Today({ home }: { home: HomeView }) {
  if (home.senders.length === 0) {
    return (
      <Empty
        title="No sender profile yet"
        text="A sender profile is the person outreach is sent as. Make one, then pair the browser extension and connect a mailbox."
      >
        <ButtonLink to="/senders">Go to sender profiles</ButtonLink>
      </Empty>
    );
  }
  return (
    <Section title="Use against caps" text="Rolling 24 hours and 7 days, against the caps that apply now.">
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="lg">
        {home.senders.map((sender) => (
          <Stack key={sender.id} gap="xs">
            <Group gap="xs">
              <TextLink
                to="/senders/$senderId"
                params={{ senderId: sender.id }}
                search={firstTab(sender)}
                fw={600}
              >
                {sender.name}
              </TextLink>
              <SenderBadges sender={sender} />
            </Group>
            <StaleNote isStale={sender.linkedin.status === 'inactive'} asOf={sender.linkedin.lastCheckedAt} />
            <Usage usage={sender.usage} caption={`Use against caps of ${sender.name}`} />
            <Text size="sm" c="dimmed">
              Next action:{' '}
              {sender.next ? <Time at={sender.next.at} none="somebody must act first" /> : 'none planned'}
            </Text>
          </Stack>
        ))}
      </SimpleGrid>
    </Section>
  );
}
