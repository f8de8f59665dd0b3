import { List, Text, Title } from '@mantine/core';
import type { PersonCard } from '#shared/contract/devicePerson.ts';
import { Ago } from '../Ago.tsx';

/** What the rep should know before writing: the stoplist, replies, and colleagues who were here before. */
export function Warnings({ warnings, now }: { warnings: PersonCard['warnings']; now: number }) {
  if (warnings.length === 0) return null;
  const stop = warnings.some(({ kind }) => kind === 'stoplist');
  return (
    <section className={stop ? 'rapport-must-act' : 'rapport-warning'} role={stop ? 'alert' : undefined}>
      <Title order={3} size="h6">
        {stop ? 'Do not contact' : 'Before you write'}
      </Title>
      <List size="sm" spacing={4} listStyleType="none">
        {warnings.map(({ kind, sentence, at }) => (
          <List.Item key={`${kind} ${sentence}`}>
            <Text size="sm" component="span" fw={kind === 'stoplist' ? 600 : 400}>
              {sentence}
              {at === null ? null : (
                <>
                  {' · '}
                  <Ago at={at} now={now} />
                </>
              )}
            </Text>
          </List.Item>
        ))}
      </List>
    </section>
  );
}
