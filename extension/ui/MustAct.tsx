import { Anchor, List, Text, Title } from '@mantine/core';
import type { View } from './view.ts';

/** What only the rep can do, and what is held for which reason. */
export function MustAct({ view }: { view: View }) {
  const { snapshot, pairing } = view;
  if (!snapshot) return null;
  const others = snapshot.holds.filter((hold) => hold.whoMustAct !== 'rep');
  if (snapshot.mustAct.length === 0 && others.length === 0) return null;
  return (
    <section>
      {snapshot.mustAct.length > 0 ? (
        <>
          <Title order={2} size="h6">
            You must act
          </Title>
          <List size="sm" spacing={4} listStyleType="none">
            {snapshot.mustAct.map((one) => (
              <List.Item key={`${one.title} ${one.detail}`}>
                <Text size="sm" fw={600}>
                  {one.title}
                </Text>
                <Text size="sm">{one.detail}</Text>
                {one.href ? (
                  <Anchor
                    size="sm"
                    underline="always"
                    href={absolute(one.href, pairing.serverUrl)}
                    target="_blank"
                    rel="noreferrer"
                  >
                    {one.href.startsWith('https://www.linkedin.com/')
                      ? 'Open LinkedIn'
                      : 'Open in the dashboard'}
                  </Anchor>
                ) : null}
              </List.Item>
            ))}
          </List>
        </>
      ) : null}
      {others.length > 0 ? (
        <>
          <Title order={2} size="h6">
            On hold
          </Title>
          <List size="sm" spacing={4} listStyleType="none">
            {others.map((hold) => (
              <List.Item key={hold.id}>
                {hold.detail} {hold.hint ?? ''}
              </List.Item>
            ))}
          </List>
        </>
      ) : null}
    </section>
  );
}

function absolute(href: string, serverUrl: string | null): string {
  const base = serverUrl ?? undefined;
  if (!URL.canParse(href, base)) return '#';
  const url = new URL(href, base);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : '#';
}
