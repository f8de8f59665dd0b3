import { Badge, Button, Group, Text, Tooltip } from '@mantine/core';
import type { View } from './view.ts';
import { agoWords, linkedinWords, mailWords } from './words.ts';

/** LinkedIn, SMTP and IMAP with their state, and whether this browser is online. */
export function StatusBadges({ view }: { view: View }) {
  const { snapshot } = view;
  if (!snapshot) return null;
  const { linkedin, mailbox } = snapshot;
  const words = linkedinWords[linkedin.status];
  return (
    <section aria-label="Status">
      <Group gap={4}>
        <StatusBadge name="LinkedIn" {...words} hint={linkedin.detail ?? words.meaning} />
        <StatusBadge
          name="SMTP"
          {...mailWords[mailbox.smtp.status]}
          hint={mailbox.smtp.response ?? 'Sending email'}
        />
        <StatusBadge
          name="IMAP"
          {...mailWords[mailbox.imap.status]}
          hint={mailbox.imap.response ?? 'Receiving email'}
        />
      </Group>
      {linkedin.status !== 'not_set_up' && (linkedin.status !== 'active' || linkedin.detail) ? (
        <Text size="sm" mt={6}>
          {linkedin.detail ?? words.meaning}
        </Text>
      ) : null}
      {linkedin.status === 'inactive' ? (
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

function StatusBadge(props: { name: string; label: string; colour: string; hint: string }) {
  return (
    <Tooltip label={props.hint} multiline maw={280} withArrow>
      <Badge color={props.colour} variant="dot" size="md" tt="none" tabIndex={0}>
        {props.name}: {props.label}
      </Badge>
    </Tooltip>
  );
}

function presence(view: View): string {
  const account = view.snapshot?.linkedin.name;
  const checked = view.snapshot?.linkedin.lastCheckedAt;
  const parts = [
    view.online
      ? 'Online'
      : `Offline${view.storedAt ? `: what you see is from ${agoWords(view.storedAt, view.now)}` : ''}`,
  ];
  if (account) parts.push(`as ${account}`);
  if (checked && view.online && view.snapshot) {
    parts.push(`LinkedIn checked ${agoWords(checked, view.snapshot.serverTime)}`);
  }
  return parts.join(' · ');
}
