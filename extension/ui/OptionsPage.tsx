import { Anchor, Button, Container, Stack, Text, Title } from '@mantine/core';
import { browser } from 'wxt/browser';
import { ConsentText } from './consent/Consent.tsx';
import { Notice } from './Notice.tsx';
import { order, useOrder } from './order.ts';
import { PairingPanel } from './Pairing.tsx';
import type { View } from './view.ts';

/** Server, unpairing and what happens with data. */
export function OptionsPage({ view }: { view: View }) {
  const { pairing } = view;
  return (
    <main>
      <Container size="sm">
        <Stack gap={16}>
          <Title order={1} size="h3">
            Rapport options
          </Title>
          {pairing.state === 'paired' ? (
            <Unpair serverUrl={pairing.serverUrl} senderName={pairing.senderName} />
          ) : (
            <PairingPanel key={pairing.state} pairing={pairing} now={view.now} />
          )}
          <Title order={2} size="h5">
            Privacy
          </Title>
          <ConsentText />
          <Text size="sm">
            In this browser Rapport keeps the pairing, the last state it shows, and for 30 days a journal of
            the steps it did, so that nothing is ever done twice.
          </Text>
          <Text size="xs">Extension version {browser.runtime.getManifest().version}</Text>
        </Stack>
      </Container>
    </main>
  );
}

function Unpair({ serverUrl, senderName }: { serverUrl: string; senderName: string }) {
  const { busy, refusal, run } = useOrder();
  return (
    <Stack gap={8} align="flex-start">
      <Title order={2} size="h5">
        Pairing
      </Title>
      <Text size="sm">
        Paired as {senderName} with{' '}
        <Anchor href={serverUrl} underline="always" target="_blank" rel="noreferrer">
          {serverUrl}
        </Anchor>
        .
      </Text>
      <Text size="sm">
        Unpairing keeps every task where it is; it goes on when a browser is paired again.
      </Text>
      <Button variant="default" loading={busy} onClick={() => run(() => order('ui.unpair'))}>
        Unpair this browser
      </Button>
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </Stack>
  );
}
