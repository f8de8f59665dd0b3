import { Text, Title } from '@mantine/core';
import { stepName } from '#shared/statuses/steps.ts';
import { idleSentence } from './sentences.ts';
import type { View } from './view.ts';
import { limitWords, momentWords, phaseWords } from './words.ts';

/** What the runner does now: step, person and phase, or why it waits. */
export function CurrentStep({ view }: { view: View }) {
  const { activity } = view;
  return (
    <section aria-live="polite">
      <Title order={2} size="h6">
        Now
      </Title>
      {activity?.state === 'working' ? (
        <>
          <Text size="sm" fw={600}>
            {stepName(activity.kind ?? '')} · {activity.contactName}
          </Text>
          <Text size="sm">
            {activity.phase ? phaseWords[activity.phase] : ''} · {activity.automationName}
          </Text>
        </>
      ) : (
        <Text size="sm">{idleSentence(view)}</Text>
      )}
    </section>
  );
}

/** The next step and when it goes, or that somebody must act first. */
export function NextStep({ view }: { view: View }) {
  const next = view.snapshot?.next;
  return (
    <section>
      <Title order={2} size="h6">
        Next
      </Title>
      {next ? (
        <>
          <Text size="sm">
            {stepName(next.kind)}
            {next.contactName ? ` · ${next.contactName}` : ''}
            {next.automationName ? ` · ${next.automationName}` : ''}
          </Text>
          <Text size="sm">
            {next.at === null
              ? 'Waits until somebody acts'
              : momentWords(next.at, view.snapshot?.serverTime ?? view.now)}
            {limitWords(next.limit) ? ` · ${limitWords(next.limit)}` : ''}
          </Text>
        </>
      ) : (
        <Text size="sm">Nothing is planned. Steps appear when an automation runs for this profile.</Text>
      )}
    </section>
  );
}
