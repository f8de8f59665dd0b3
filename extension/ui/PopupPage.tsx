import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { Controls } from './Controls.tsx';
import { MustAct } from './MustAct.tsx';
import { Notice } from './Notice.tsx';
import { StatusBadges } from './StatusBadges.tsx';
import { CurrentStep, NextStep } from './Steps.tsx';
import { openSidePanel } from './sidePanel.ts';
import { Usage } from './Usage.tsx';
import { VisibleTab } from './VisibleTab.tsx';
import type { View } from './view.ts';

/** At a glance: state, use, next step, what the rep must do, and the two ways to stop. */
export function PopupPage({ view }: { view: View }) {
  const { snapshot, pairing } = view;
  return (
    <main>
      <Stack gap={12}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={1} size="h4">
            Rapport
          </Title>
          {snapshot ? (
            <Text size="sm" truncate>
              {snapshot.sender.name}
            </Text>
          ) : null}
        </Group>
        {pairing.state !== 'paired' ? <HowToPair waiting={pairing.state === 'pairing'} /> : null}
        {pairing.state === 'paired' && view.trouble ? (
          <Notice
            colour="yellow"
            title={view.trouble.title}
            detail={view.trouble.detail}
            action={view.trouble.action}
          />
        ) : null}
        {pairing.state === 'paired' && !snapshot ? (
          <Text size="sm">Paired. Loading the first data from the server.</Text>
        ) : null}
        {snapshot ? (
          <>
            {view.agreed ? null : (
              <Notice
                colour="cyan"
                title="Your consent is needed"
                detail="Nothing is done as you before you have read and agreed."
                action="Open the side panel to read it."
              />
            )}
            <StatusBadges view={view} />
            <MustAct view={view} />
            <VisibleTab view={view} />
            <CurrentStep view={view} />
            <NextStep view={view} />
            <Usage view={view} />
            <Controls view={view} />
          </>
        ) : null}
        <Group justify="space-between">
          <Button variant="default" size="compact-sm" onClick={openSidePanel}>
            Open side panel
          </Button>
          {pairing.serverUrl ? (
            <Anchor size="sm" underline="always" href={pairing.serverUrl} target="_blank" rel="noreferrer">
              Dashboard
            </Anchor>
          ) : null}
          <Anchor size="sm" underline="always" href="/options.html" target="_blank">
            Options
          </Anchor>
        </Group>
      </Stack>
    </main>
  );
}

function HowToPair({ waiting }: { waiting: boolean }) {
  return (
    <Notice
      colour="cyan"
      title={waiting ? 'A pairing code is waiting' : 'Not paired yet'}
      detail={
        waiting
          ? 'Approve the code in the dashboard. The side panel shows it.'
          : 'This browser does nothing until it is paired with your team’s Rapport server.'
      }
      action={
        waiting
          ? null
          : 'Open the side panel, enter the server’s address and approve the code in the dashboard.'
      }
    />
  );
}
