import { Anchor, Button, Loader, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Pairing } from '../storage/state.ts';
import { Notice } from './Notice.tsx';
import { order, useOrder } from './order.ts';
import { momentWords } from './words.ts';

const notices = {
  denied: {
    title: 'Not approved',
    detail: 'The code was refused in the dashboard.',
    action: 'Get a new code when you want to try again.',
  },
  expired: {
    title: 'The code ran out',
    detail: 'It was not approved in time.',
    action: 'Get a new code and approve it in the dashboard.',
  },
  revoked: {
    title: 'This browser was unpaired',
    detail:
      'The server no longer accepts this browser: it was removed in the dashboard, or another took its place.',
    action: 'Pair it again to go on. Nothing was lost.',
  },
  untold: {
    title: 'Unpaired in this browser only',
    detail: 'The server did not answer, so it still counts this browser as paired.',
    action: 'Unpair it in the dashboard, on the sender profile’s LinkedIn tab, or pair this browser again.',
  },
};

/** The form that asks for the server, then the code until it is approved. */
export function PairingPanel({
  pairing,
  now,
}: {
  pairing: Exclude<Pairing, { state: 'paired' }>;
  now: number;
}) {
  return pairing.state === 'pairing' ? <Code pairing={pairing} now={now} /> : <Form pairing={pairing} />;
}

function Form({ pairing }: { pairing: Extract<Pairing, { state: 'unpaired' }> }) {
  const [serverUrl, setServerUrl] = useState(pairing.serverUrl ?? '');
  const { busy, refusal, run } = useOrder();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(() => order('ui.pair', { serverUrl }));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap={10}>
        <Title order={2} size="h5">
          Pair this browser
        </Title>
        {pairing.notice ? <Notice colour="yellow" {...notices[pairing.notice]} /> : null}
        <Text size="sm">
          Rapport works with your team’s own server. Enter its address to get a code, then approve the code in
          the dashboard.
        </Text>
        <TextInput
          label="Server address"
          placeholder="https://rapport.example.com"
          value={serverUrl}
          onChange={(event) => setServerUrl(event.currentTarget.value)}
          required
          autoComplete="url"
          spellCheck={false}
          maxLength={300}
        />
        <Button type="submit" loading={busy}>
          Get pairing code
        </Button>
        {refusal ? <Notice colour="red" {...refusal} /> : null}
      </Stack>
    </form>
  );
}

function Code({ pairing, now }: { pairing: Extract<Pairing, { state: 'pairing' }>; now: number }) {
  const cancel = useOrder();
  return (
    <Stack gap={10}>
      <Title order={2} size="h5">
        Approve this code
      </Title>
      <Text size="sm">
        Check that the dashboard shows the same code, then approve it for your sender profile.
      </Text>
      <output className="rapport-code" aria-label="Pairing code">
        {pairing.userCode}
      </output>
      <Button component="a" href={pairing.approveUrl} target="_blank" rel="noreferrer">
        Approve in the dashboard
      </Button>
      <Text size="sm" role="status">
        <Loader size={12} mr={8} aria-hidden />
        Waiting for approval. The code is good until {momentWords(pairing.expiresAt, now)}.
      </Text>
      <Text size="sm">
        Server:{' '}
        <Anchor href={pairing.serverUrl} underline="always" target="_blank" rel="noreferrer">
          {pairing.serverUrl}
        </Anchor>
      </Text>
      <Button
        variant="default"
        loading={cancel.busy}
        onClick={() => cancel.run(() => order('ui.cancelPairing'))}
      >
        Cancel pairing
      </Button>
    </Stack>
  );
}
