import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { isDisconnected } from '#shared/contract/sender.ts';
import { linkedinStatuses, mailStatuses } from '#shared/statuses/dictionary.ts';
import type { StatusEntry } from '#shared/statuses/entry.ts';
import { Notice } from './Notice.tsx';
import { order, useOrder } from './order.ts';
import { Status } from './Status.tsx';
import { presence } from './sentences.ts';
import type { View } from './view.ts';
import { badgeColours } from './words.ts';

/** LinkedIn, SMTP and IMAP with their state, and whether this browser is online. */
export function StatusBadges({ view }: { view: View }) {
  const { snapshot } = view;
  if (!snapshot) return null;
  const { linkedin, mailbox } = snapshot;
  const state = linkedinStatuses[linkedin.status];
  return (
    <section aria-label="Status">
      <Group gap={4}>
        <StatusBadge name="LinkedIn" entry={state} detail={linkedin.detail} />
        <StatusBadge name="SMTP" entry={mailStatuses[mailbox.smtp.status]} detail={mailbox.smtp.response} />
        <StatusBadge name="IMAP" entry={mailStatuses[mailbox.imap.status]} detail={mailbox.imap.response} />
      </Group>
      {linkedin.status !== 'not_set_up' && (linkedin.status !== 'active' || linkedin.detail) ? (
        <Text size="sm" mt={6}>
          {linkedin.detail ?? state.meaning}{' '}
          {linkedin.status === 'active' || isDisconnected(snapshot) ? '' : `What helps: ${state.clearedBy}.`}
        </Text>
      ) : null}
      {linkedin.status === 'inactive' && isDisconnected(snapshot) ? <TakeBack /> : null}
      {linkedin.status === 'inactive' && !isDisconnected(snapshot) ? (
        <Button
          component="a"
          href="https://www.linkedin.com/login"
          target="_blank"
          rel="noreferrer"
          size="compact-sm"
          mt={6}
        >
          Reconnect Account
        </Button>
      ) : null}
      <Text size="xs" mt={6}>
        {presence(view)}
      </Text>
    </section>
  );
}

/** Signing in does not end the rep's own disconnect; this does. */
function TakeBack() {
  const { busy, refusal, run } = useOrder();
  return (
    <Stack gap={6} mt={6} align="flex-start">
      <Button size="compact-sm" loading={busy} onClick={() => run(() => order('ui.reconnect'))}>
        Reconnect Account
      </Button>
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </Stack>
  );
}

function StatusBadge(props: { name: string; entry: StatusEntry; detail: string | null }) {
  const { name, entry, detail } = props;
  return (
    <Status entry={entry} detail={detail}>
      <Badge color={`${badgeColours[entry.colour]}.6`} variant="dot" size="md" tt="none" tabIndex={0}>
        {name}: {entry.label}
      </Badge>
    </Status>
  );
}
