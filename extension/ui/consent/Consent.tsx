import { Button, Checkbox, List, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { consentText, withdrawText } from '#shared/contract/consentText.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { AskFirst } from '../AskFirst.tsx';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';

/** Asked before the first action, and again when the text's version changes. */
export function ConsentPanel() {
  const [read, setRead] = useState(false);
  const { busy, refusal, run } = useOrder();
  return (
    <Stack gap={10}>
      <Title order={2} size="h5">
        Before Rapport acts as you
      </Title>
      <ConsentText />
      <Text size="sm">{withdrawText}</Text>
      <Checkbox
        label="I have read this and decide it for my own account"
        checked={read}
        onChange={(event) => setRead(event.currentTarget.checked)}
      />
      <Button
        disabled={!read}
        loading={busy}
        onClick={() => run(() => order('ui.consent', { agreed: true }))}
      >
        Agree and start
      </Button>
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </Stack>
  );
}

/** The text with its version. */
export function ConsentText() {
  return (
    <>
      {consentText.map(({ title, points }) => (
        <section key={title}>
          <Title order={3} size="h6">
            {title}
          </Title>
          <List size="sm" spacing={4} pl={18}>
            {points.map((point) => (
              <List.Item key={point}>{point}</List.Item>
            ))}
          </List>
        </section>
      ))}
      <Text size="xs">Version {CONSENT_VERSION} of this text</Text>
    </>
  );
}

/** Withdrawing stops everything of this rep at once. */
export function WithdrawConsent() {
  const { busy, refusal, run } = useOrder();
  return (
    <Stack gap={8} align="flex-start">
      <Text size="sm">{withdrawText}</Text>
      <AskFirst
        label="Withdraw consent"
        question="Withdraw your consent?"
        consequence="Everything of yours stops at once: all your sender profiles, LinkedIn and email, in every browser. Every contact stays where it stands until you agree again."
        yes="Withdraw and stop"
        no="Keep it"
        busy={busy}
        onYes={() => void run(() => order('ui.consent', { agreed: false }))}
      />
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </Stack>
  );
}
