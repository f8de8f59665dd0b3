import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { linkedinListOf } from '#shared/identity/linkedinList.ts';
import { salesLeadOf } from '#shared/identity/salesLead.ts';
import { personKey } from '../storage/people.ts';
import { Approvals } from './approvals/Approvals.tsx';
import { Controls } from './Controls.tsx';
import { ConsentPanel, WithdrawConsent } from './consent/Consent.tsx';
import { useFollowedTab } from './followedTab.ts';
import { ImportList } from './lists/ImportList.tsx';
import { Imports } from './lists/Imports.tsx';
import { Mode } from './Mode.tsx';
import { MustAct } from './MustAct.tsx';
import { Notice } from './Notice.tsx';
import { PairingPanel } from './Pairing.tsx';
import { LeadPanel } from './person/LeadPanel.tsx';
import { PersonPanel } from './person/PersonPanel.tsx';
import { personOf } from './person/personOf.ts';
import { StatusBadges } from './StatusBadges.tsx';
import { CurrentStep, NextStep } from './Steps.tsx';
import { Usage } from './Usage.tsx';
import { VisibleTab } from './VisibleTab.tsx';
import type { View } from './view.ts';

/** Beside LinkedIn: pairing, consent, then what Rapport does now and next. */
export function SidePanelPage({ view }: { view: View }) {
  const { snapshot, pairing } = view;
  return (
    <main>
      <Stack gap={14}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={1} size="h4">
            Rapport
          </Title>
          {snapshot ? (
            <Text size="sm" truncate>
              {snapshot.sender.name} · {snapshot.workspaceName}
            </Text>
          ) : null}
        </Group>
        {pairing.state === 'paired' ? (
          <Paired view={view} />
        ) : (
          <PairingPanel key={pairing.state} pairing={pairing} now={view.now} />
        )}
      </Stack>
    </main>
  );
}

/** What Rapport has to say about the page that the rep is on. */
function Followed({ view }: { view: View }) {
  const tab = useFollowedTab();
  const person = tab ? personOf(tab) : null;
  if (person) return <PersonPanel key={personKey(person)} view={view} person={person} />;
  if (tab && salesLeadOf(tab.url)) return <LeadPanel key={tab.url} view={view} tab={tab} />;
  const list = tab ? linkedinListOf(tab.url) : null;
  if (list) return <ImportList key={list.url} list={list} />;
  return <Text size="sm">Open somebody’s LinkedIn profile to see who they are in Rapport.</Text>;
}

function Paired({ view }: { view: View }) {
  const { snapshot, trouble } = view;
  const problem = trouble ? (
    <Notice colour="yellow" title={trouble.title} detail={trouble.detail} action={trouble.action} />
  ) : null;
  if (!snapshot) {
    return problem ?? <Text size="sm">Paired. Loading the first data from the server.</Text>;
  }
  if (!view.agreed) {
    return (
      <>
        {problem}
        <ConsentPanel />
      </>
    );
  }
  return (
    <>
      {problem}
      <StatusBadges view={view} />
      <MustAct view={view} />
      <VisibleTab view={view} />
      <Followed view={view} />
      <Imports view={view} />
      <Approvals view={view} />
      <CurrentStep view={view} />
      <NextStep view={view} />
      <Controls view={view} />
      <Mode view={view} />
      <Usage view={view} />
      <details>
        <summary>Your consent</summary>
        <WithdrawConsent />
      </details>
      <Anchor size="sm" underline="always" href="/options.html" target="_blank">
        Options and privacy
      </Anchor>
    </>
  );
}
