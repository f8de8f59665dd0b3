import { Button, Checkbox, Group, List, Modal, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { consentText, withdrawText } from '#shared/contract/consentText.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Time } from '../../components/Time.tsx';

/** Whether the rep agreed to automation; the rep alone can withdraw it here, and agree again. */
export function ConsentFact({ sender }: { sender: SenderView }) {
  const me = useQuery(queryFor(workspaceRoutes.me));
  const isRep = me.data?.userId === sender.ownerUserId;
  const withdrawn = sender.holds.some(({ reason }) => reason === 'consent_withdrawn');
  return (
    <Stack gap="xs" align="flex-start">
      <span>
        <State sender={sender} withdrawn={withdrawn} />
      </span>
      {isRep && sender.consentAt !== null && <Withdraw sender={sender} />}
      {isRep && withdrawn && <AgreeAgain sender={sender} />}
    </Stack>
  );
}

function State({ sender, withdrawn }: { sender: SenderView; withdrawn: boolean }) {
  if (sender.consentAt !== null) {
    return (
      <>
        Given <Time at={sender.consentAt} />
      </>
    );
  }
  return withdrawn
    ? 'Withdrawn: everything of this rep stopped. The rep can agree again here or in the side panel.'
    : 'Not given yet. The rep gives it in the side panel; nothing is done on LinkedIn before.';
}

function Withdraw({ sender }: { sender: SenderView }) {
  const consent = useAction(senderLifeRoutes.consent, {
    done: 'Withdrawn. Everything of yours has stopped.',
  });
  return (
    <ConfirmButton
      size="xs"
      label="Withdraw consent"
      question="Withdraw your consent?"
      consequence="Everything of yours stops at once: all your sender profiles, LinkedIn and email, in every browser. Every contact stays where it stands until you agree again."
      confirmLabel="Withdraw and stop"
      loading={consent.isPending}
      onConfirm={() =>
        consent.mutate({
          params: { senderId: sender.id },
          body: { version: CONSENT_VERSION, agreed: false },
        })
      }
    />
  );
}

function AgreeAgain({ sender }: { sender: SenderView }) {
  const [opened, { open, close }] = useDisclosure(false);
  const [read, setRead] = useState(false);
  const consent = useAction(senderLifeRoutes.consent, {
    done: 'Thank you. Your steps go on, within caps and working hours.',
    onDone: close,
  });
  return (
    <>
      <Button size="xs" onClick={open}>
        Agree again
      </Button>
      <Modal opened={opened} onClose={close} title="Before Rapport acts as you" size="lg">
        <Stack gap="md">
          {consentText.map(({ title, points }) => (
            <section key={title}>
              <Title order={3} size="h6">
                {title}
              </Title>
              <List size="sm">
                {points.map((point) => (
                  <List.Item key={point}>{point}</List.Item>
                ))}
              </List>
            </section>
          ))}
          <Text size="sm">{withdrawText}</Text>
          <Checkbox
            label="I have read this and decide it for my own account"
            checked={read}
            onChange={(event) => setRead(event.currentTarget.checked)}
          />
          <Group justify="flex-end">
            <Button
              disabled={!read}
              loading={consent.isPending}
              onClick={() =>
                consent.mutate({
                  params: { senderId: sender.id },
                  body: { version: CONSENT_VERSION, agreed: true },
                })
              }
            >
              Agree and go on
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
