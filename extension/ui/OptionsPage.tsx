import { Anchor, Container, Stack, Text, Title } from '@mantine/core';
import { browser } from 'wxt/browser';
import { AskFirst } from './AskFirst.tsx';
import { ConsentPanel, ConsentText, WithdrawConsent } from './consent/Consent.tsx';
import { Mode } from './Mode.tsx';
import { Notice } from './Notice.tsx';
import { KeptHere } from './options/KeptHere.tsx';
import { NoticeChoice } from './options/NoticeChoice.tsx';
import { order, useOrder } from './order.ts';
import { PairingPanel } from './Pairing.tsx';
import type { View } from './view.ts';

/** Server and pairing, how it runs, notifications, consent, and what is kept in this browser. */
export function OptionsPage({ view }: { view: View }) {
  const { pairing, snapshot } = view;
  return (
    <main>
      <Container size="sm">
        <Stack gap={24}>
          <Title order={1} size="h3">
            Rapport options
          </Title>
          {pairing.state === 'paired' ? (
            <Unpair serverUrl={pairing.serverUrl} senderName={pairing.senderName} />
          ) : (
            <PairingPanel key={pairing.state} pairing={pairing} now={view.now} />
          )}
          {snapshot ? (
            <section>
              <Title order={2} size="h5">
                How it runs
              </Title>
              <Mode view={view} />
            </section>
          ) : null}
          <NoticeChoice />
          <section>
            {snapshot && !view.agreed ? (
              <ConsentPanel />
            ) : (
              <>
                <Title order={2} size="h5">
                  {snapshot ? 'You have agreed to this' : 'What you will be asked to agree to'}
                </Title>
                <ConsentText />
                {snapshot ? <WithdrawConsent /> : null}
              </>
            )}
          </section>
          <KeptHere now={view.now} />
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
        Unpairing keeps every task where it is; it goes on when a browser is paired again. To use another
        server, unpair first.
      </Text>
      <AskFirst
        label="Unpair this browser"
        question="Unpair this browser?"
        consequence="It does nothing more as you until it is paired again."
        yes="Yes, unpair"
        no="Keep it paired"
        busy={busy}
        onYes={() => void run(() => order('ui.unpair'))}
      />
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </Stack>
  );
}
