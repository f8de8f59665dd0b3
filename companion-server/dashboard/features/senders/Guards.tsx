import { Group, List, Text } from '@mantine/core';
import type { SenderView } from '#shared/contract/sender.ts';
import { guardLimits } from '#shared/schedule/guards.ts';
import { Section } from '../../components/Section.tsx';

const percent = (part: number, whole: number) => `${Math.round((100 * part) / whole)} %`;
const share = (limit: number) => `${Math.round(100 * limit)} %`;
const levels = {
  fine: 'Fine',
  warn: 'Warning',
  stop: 'Stopped',
  stop_first: 'First emails stopped',
} as const;

/** How the invitations of an account are taken, and from where on a guard stops them. */
export function AcceptanceFigures({ guards }: { guards: SenderView['guards'] }) {
  const { accepted, decided, level } = guards.acceptance;
  const { of, stopBelow, warnFrom, warnBelow } = guardLimits.acceptance;
  return (
    <Section title="Acceptance">
      <Figure
        text={
          decided === 0
            ? 'No invitation is decided yet.'
            : `${accepted} of the last ${decided} decided invitations were accepted (${percent(accepted, decided)}).`
        }
        level={levels[level]}
      />
      <List size="sm" c="dimmed">
        <List.Item>Decided: accepted, withdrawn, or 10 days old.</List.Item>
        <List.Item>
          Warns below {share(warnBelow)} after {warnFrom}, stops below {share(stopBelow)} of {of}.
        </List.Item>
      </List>
    </Section>
  );
}

/** How many emails of a mailbox come back, and from where on a guard stops them. */
export function BounceFigures({ guards }: { guards: SenderView['guards'] }) {
  const { bounced, sent, level } = guards.bounces;
  const { atLeast, warnAt, stopFirstAt, stopAt } = guardLimits.bounces;
  return (
    <Section title="Bounces">
      <Figure
        text={
          sent === 0
            ? 'Nothing was sent in the last 14 days.'
            : `${bounced} of the last ${sent} emails came back (${percent(bounced, sent)}).`
        }
        level={levels[level]}
      />
      <List size="sm" c="dimmed">
        <List.Item>Of the last 100 in 14 days, from {atLeast} on.</List.Item>
        <List.Item>
          Warns at {share(warnAt)}; at {share(stopFirstAt)} first emails stop, at {share(stopAt)} the mailbox.
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
