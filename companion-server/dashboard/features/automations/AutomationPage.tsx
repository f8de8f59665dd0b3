import { Button, Stack, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { DayFigures } from '../../components/DayFigures.tsx';
import { Holds } from '../../components/Holds.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded, Loading } from '../../components/Loaded.tsx';
import { ManagersOnly } from '../../components/ManagersOnly.tsx';
import { Page } from '../../components/Page.tsx';
import { AutomationStatus } from './AutomationStatus.tsx';
import { Enrollments } from './Enrollments.tsx';
import { Entering } from './Entering.tsx';
import { SettingsDrawer } from './SettingsDrawer.tsx';
import { SendersDrawer } from './senders/SendersDrawer.tsx';

/** The canvas is the heaviest part of the dashboard; only those who build wait for it. */
const Builder = lazy(() => import('./builder/Builder.tsx').then((module) => ({ default: module.Builder })));

const RunningSteps = lazy(() =>
  import('./versions/RunningSteps.tsx').then((module) => ({ default: module.RunningSteps })),
);
const VersionsTab = lazy(() =>
  import('./versions/VersionsTab.tsx').then((module) => ({ default: module.VersionsTab })),
);

/** One automation: its graph and the status of every contact in it. */
export function AutomationPage() {
  const { automationId } = useParams({ from: '/shell/automations/$automationId' });
  const { status, tab = status ? 'contacts' : 'graph' } = useSearch({
    from: '/shell/automations/$automationId',
  });
  const navigate = useNavigate();
  const query = useQuery(queryFor(automationRoutes.get, { params: { automationId } }));
  const automation = query.data;
  return (
    <Page
      title={automation?.name ?? 'Automation'}
      back={<TextLink to="/automations">All automations</TextLink>}
      beside={automation && <AutomationStatus automation={automation} />}
      actions={
        automation && (
          <ManagersOnly>
            <Actions automation={automation} />
          </ManagersOnly>
        )
      }
    >
      <Loaded query={query} what="the automation">
        {(data) => (
          <Stack gap="md">
            <Holds holds={data.holds} />
            {data.entering && <Entering automationId={data.id} {...data.entering} />}
            <Tabs
              value={tab}
              onChange={(value) =>
                void navigate({
                  to: '/automations/$automationId',
                  params: { automationId },
                  search: { tab: isTab(value) ? value : undefined },
                  replace: true,
                })
              }
            >
              <Tabs.List mb="md">
                <Tabs.Tab value="graph">Steps</Tabs.Tab>
                <Tabs.Tab value="contacts">Contacts</Tabs.Tab>
                {data.versionNumber !== null && <Tabs.Tab value="figures">Figures</Tabs.Tab>}
                {data.versionNumber !== null && <Tabs.Tab value="versions">Versions</Tabs.Tab>}
              </Tabs.List>
              <Tabs.Panel value="graph">
                <Suspense fallback={<Loading what="the builder" />}>
                  {data.status === 'draft' ? (
                    <Builder key={data.id} automation={data} />
                  ) : (
                    <RunningSteps key={data.id} automation={data} />
                  )}
                </Suspense>
              </Tabs.Panel>
              <Tabs.Panel value="contacts">
                {tab === 'contacts' && <Enrollments automation={data} initialStatus={status} />}
              </Tabs.Panel>
              <Tabs.Panel value="figures">
                {tab === 'figures' && <DayFigures scope="automation" scopeId={automationId} />}
              </Tabs.Panel>
              <Tabs.Panel value="versions">
                {tab === 'versions' && (
                  <Suspense fallback={<Loading what="the versions" />}>
                    <VersionsTab automation={data} />
                  </Suspense>
                )}
              </Tabs.Panel>
            </Tabs>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function isTab(value: string | null): value is 'contacts' | 'versions' | 'figures' {
  return value === 'contacts' || value === 'versions' || value === 'figures';
}

function Actions({ automation }: { automation: AutomationDetail }) {
  const navigate = useNavigate();
  const { status, holds, name } = automation;
  const input = { params: { automationId: automation.id } };
  const pause = useAction(automationRoutes.pause, { done: 'Paused. Every contact stays where it stands.' });
  const resume = useAction(automationRoutes.resume, { done: 'Resumed, within caps and working hours.' });
  const archive = useAction(automationRoutes.archive, { done: 'Archived.' });
  const clone = useAction(automationRoutes.clone, {
    done: `A copy of ${name} is ready as a draft.`,
    onDone: ({ id }) =>
      void navigate({ to: '/automations/$automationId', params: { automationId: id }, search: {} }),
  });
  const byHand = holds.some(({ reason, scope }) => reason === 'manual' && scope === 'automation');
  const live = status === 'running' || status === 'partly_paused' || status === 'paused';
  return (
    <>
      {live && byHand && (
        <Button loading={resume.isPending} onClick={() => resume.mutate(input)}>
          Resume automation
        </Button>
      )}
      {live && !byHand && (
        <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate(input)}>
          Pause automation
        </Button>
      )}
      {live && <SendersDrawer automationId={automation.id} />}
      {status !== 'archived' && <SettingsDrawer automation={automation} />}
      <Button variant="default" loading={clone.isPending} onClick={() => clone.mutate(input)}>
        Clone
      </Button>
      {status !== 'archived' && (
        <ConfirmButton
          label="Archive"
          question={`Archive ${name}?`}
          consequence="Contacts under way become Canceled, and those in the middle of a step Failed. Nothing more is sent. History and statistics stay."
          confirmLabel="Archive automation"
          loading={archive.isPending}
          onConfirm={() => archive.mutate(input)}
        />
      )}
    </>
  );
}
