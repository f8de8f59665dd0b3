import { Button, Group, List, Stack, Text } from '@mantine/core';
import { enrollmentRoutes } from '#shared/contract/automation.ts';
import type { BranchView, EnrollmentView } from '#shared/contract/contact.ts';
import { limitName, whoMustActLabels } from '#shared/statuses/dictionary.ts';
import { finalEnrollmentStatuses } from '#shared/statuses/engine.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { statusEntry } from '../../components/dictionary.ts';
import { StatusBadge } from '../../components/StatusBadge.tsx';
import { Time } from '../../components/Time.tsx';
import { catalogue } from './builder/catalogue.ts';
import { decided } from './decided.ts';
import { SkipOrComplete } from './SkipOrComplete.tsx';

/** Where an enrollment stands: status, why, what it waits for, who must act, when it goes on. */
export function EnrollmentState({ enrollment }: { enrollment: EnrollmentView }) {
  const { status, sentence, waitsFor, whoMustAct, expectedAt, limit, senderName } = enrollment;
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <StatusBadge kind="enrollment" value={status} detail={sentence} />
        {senderName && (
          <Text size="sm" c="dimmed">
            as {senderName}
          </Text>
        )}
      </Group>
      {sentence && sentence !== `${statusEntry('enrollment', status).label}.` && (
        <Text size="sm">{sentence}</Text>
      )}
      {!isFinal(status) && (
        <Text size="sm" component="div">
          {waitsFor && <>Waits for: {waitsFor}. </>}
          {expectedAt !== null && (
            <>
              {whoMustAct === 'contact' ? 'Goes on at the latest' : 'Expected'} <Time at={expectedAt} />
              {limit && limitName(limit) !== waitsFor && `, bound by ${limitName(limit)}`}.{' '}
            </>
          )}
          {whoMustActLabels[whoMustAct]}.
        </Text>
      )}
      {enrollment.unreadInboxes.map(({ channel, readAt }) => (
        <Text size="sm" c="dimmed" key={channel}>
          {channel === 'email' ? 'Email' : 'LinkedIn'} replies last read <Time at={readAt} none="never" />.
        </Text>
      ))}
      {enrollment.branches.length > 0 && <Branches branches={enrollment.branches} />}
      {!isFinal(status) && <Decide enrollment={enrollment} />}
      {enrollment.canRetry && <Retry enrollment={enrollment} />}
      {enrollment.canEnterAgain && <EnrollAgain enrollment={enrollment} />}
    </Stack>
  );
}

/** Where each branch stands, and why. */
function Branches({ branches }: { branches: readonly BranchView[] }) {
  return (
    <List size="sm" spacing={4} aria-label="Branches">
      {branches.map(({ nodeId, step, sentence, expectedAt, whoMustAct }) => (
        <List.Item key={`${nodeId} ${sentence}`}>
          <Text span fw={500} size="sm">
            {nameOf(step)}:
          </Text>{' '}
          {sentence}
          {expectedAt !== null && (
            <>
              {' '}
              {whoMustAct === 'contact' ? 'At the latest' : 'Expected'} <Time at={expectedAt} />.
            </>
          )}
        </List.Item>
      ))}
    </List>
  );
}

function nameOf(step: BranchView['step']): string {
  if (step === null) return 'A removed step';
  const known: Record<string, { label: string }> = catalogue;
  return step.label || (known[step.type]?.label ?? step.type);
}

function isFinal(status: EnrollmentView['status']): boolean {
  return finalEnrollmentStatuses.some((one) => one === status);
}

function Decide({ enrollment }: { enrollment: EnrollmentView }) {
  const { id, contactName, status } = enrollment;
  const decide = useAction(enrollmentRoutes.decide, {
    done: decided,
  });
  const choose = (decision: 'pause' | 'resume' | 'cancel' | 'complete' | 'skip') =>
    decide.mutate({ params: { enrollmentId: id }, body: { decision } });
  const paused = status === 'paused';
  return (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        loading={decide.isPending}
        aria-label={`${paused ? 'Resume' : 'Pause'} ${contactName}`}
        onClick={() => choose(paused ? 'resume' : 'pause')}
      >
        {paused ? 'Resume' : 'Pause'}
      </Button>
      {paused && (
        <SkipOrComplete
          size="xs"
          contactName={contactName}
          automationName={enrollment.automationName}
          disabled={decide.isPending}
          decide={choose}
        />
      )}
      <ConfirmButton
        size="xs"
        label="Cancel"
        aria-label={`Cancel ${contactName}`}
        question={`Cancel ${contactName} in ${enrollment.automationName}?`}
        consequence="All branches stop and nothing more is sent in this automation. They cannot go on from here afterwards, but enter again, from the first step on."
        confirmLabel="Cancel the contact"
        onConfirm={() => choose('cancel')}
      />
    </Group>
  );
}

/** Goes on where it failed: nothing that they got comes again. */
function Retry({ enrollment: { id, contactName } }: { enrollment: EnrollmentView }) {
  const decide = useAction(enrollmentRoutes.decide, { done: decided });
  return (
    <Group>
      <Button
        size="xs"
        aria-label={`Retry the failed step of ${contactName}`}
        loading={decide.isPending}
        onClick={() => decide.mutate({ params: { enrollmentId: id }, body: { decision: 'retry' } })}
      >
        Retry the failed step
      </Button>
    </Group>
  );
}

/** An automation is entered once; entering it again is a decision of its own. */
function EnrollAgain({
  enrollment: { id, status, contactName, automationName },
}: {
  enrollment: EnrollmentView;
}) {
  const decide = useAction(enrollmentRoutes.decide, {
    done: `${contactName} enters ${automationName} again.`,
  });
  return (
    <Group>
      <ConfirmButton
        size="xs"
        color="indigo"
        label="Enroll again"
        aria-label={`Enroll ${contactName} again in ${automationName}`}
        question={`Enroll ${contactName} again in ${automationName}?`}
        consequence={`All steps come again from the start, messages they already got included. What happened until now stays in the activity log.${status === 'bounced' ? ' Their address counts as working until the next report.' : ''}`}
        confirmLabel="Enroll again"
        loading={decide.isPending}
        onConfirm={() => decide.mutate({ params: { enrollmentId: id }, body: { decision: 'enroll_again' } })}
      />
    </Group>
  );
}
