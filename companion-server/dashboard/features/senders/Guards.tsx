import { Group, List, Text } from '@mantine/core';
import type { SenderView } from '#shared/contract/sender.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { guardLimits, percent } from '#shared/schedule/guards.ts';
import { Section } from '../../components/Section.tsx';

const levels = {
  fine: 'Fine',
  warn: 'Warning',
  stop: 'Stopped',
  stop_first: 'First emails stopped',
} as const;

/** How the invitations of an account are taken, and from where on a guard stops them. */
export function AcceptanceFigures({ guards }: { guards: SenderView['guards'] }) {
  const { accepted, decided, level } = guards.acceptance;
  const { of, stopBelow, warnFrom, warnBelow, decidedAfter } = guardLimits.acceptance;
  return (
    <Section title="Acceptance">
      <Figure
        text={
          decided === 0
            ? 'No invitation is decided yet.'
            : `${accepted} of the last ${decided} decided invitations were accepted (${percent(accepted / decided)}).`
        }
        level={levels[level]}
      />
      <List size="sm" c="dimmed">
        <List.Item>Decided: accepted, withdrawn, or {decidedAfter / DAY} days old.</List.Item>
        <List.Item>
          Warns below {percent(warnBelow)} after {warnFrom}, stops below {percent(stopBelow)} of {of}.
        </List.Item>
      </List>
    </Section>
  );
}

/** How many emails of a mailbox come back, and from where on a guard stops them. */
export function BounceFigures({ guards }: { guards: SenderView['guards'] }) {
  const { bounced, sent, level } = guards.bounces;
  const { of, within, atLeast, warnAt, stopFirstAt, stopAt } = guardLimits.bounces;
  return (
    <Section title="Bounces">
      <Figure
        text={
          sent === 0
            ? `Nothing was sent in the last ${within / DAY} days.`
            : `${bounced} of the last ${sent} emails came back (${percent(bounced / sent)}).`
        }
        level={levels[level]}
      />
      <List size="sm" c="dimmed">
        <List.Item>
          Of the last {of} in {within / DAY} days, from {atLeast} on.
        </List.Item>
        <List.Item>
          Warns at {percent(warnAt)}; at {percent(stopFirstAt)} first emails stop, at {percent(stopAt)} the
          mailbox.
        </List.Item>
      </List>
    </Section>
  );
}

function Figure({ text, level }: { text: string; level: string }) {
  return (
    <Group gap="xs">
      <Text size="sm" className="tabular">
        {text}
      </Text>
      <Text size="sm" fw={600}>
        {level}
      </Text>
    </Group>
  );
}
