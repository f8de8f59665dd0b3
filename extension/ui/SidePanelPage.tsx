import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { Controls } from './Controls.tsx';
import { ConsentPanel, WithdrawConsent } from './consent/Consent.tsx';
import { MustAct } from './MustAct.tsx';
import { Notice } from './Notice.tsx';
import { PairingPanel } from './Pairing.tsx';
import { StatusBadges } from './StatusBadges.tsx';
import { CurrentStep, NextStep } from './Steps.tsx';
import { Usage } from './Usage.tsx';
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
      <CurrentStep view={view} />
      <NextStep view={view} />
      <Controls view={view} />
      <Usage usage={snapshot.usage} />
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
