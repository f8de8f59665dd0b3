import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { SenderView } from '#shared/contract/sender.ts';
import { RedDotLink } from '../../components/RedDot.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';

/** LinkedIn, SMTP and IMAP status of a sender profile; before a channel that is Inactive its red dot. */
export function SenderBadges({ sender }: { sender: SenderView }) {
  const { id, name, linkedin, mailbox, redDot } = sender;
  return (
    <Group gap="xs">
      {redDot.linkedin && (
        <RedDotLink label={`LinkedIn of ${name} is Inactive`} senderId={id} channel="linkedin" />
      )}
      <Labelled label="LinkedIn">
        <StatusBadge kind="linkedin" value={linkedin.status} detail={linkedin.detail} />
      </Labelled>
      {redDot.email && <RedDotLink label={`Email of ${name} is Inactive`} senderId={id} channel="email" />}
      <Labelled label="SMTP">
        <StatusBadge kind="mail" value={mailbox.smtp.status} detail={mailbox.smtp.response} />
      </Labelled>
      <Labelled label="IMAP">
        <StatusBadge kind="mail" value={mailbox.imap.status} detail={mailbox.imap.response} />
      </Labelled>
    </Group>
  );
}

/** A badge with the name of what it is about. */
export function Labelled({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Group gap={4} wrap="nowrap">
      <Text size="sm" c="dimmed" component="span">
        {label}
      </Text>
      {children}
    </Group>
  );
}
