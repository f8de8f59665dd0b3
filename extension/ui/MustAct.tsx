import { Anchor, List, Text, Title } from '@mantine/core';
import type { View } from './view.ts';

/** What only the rep can do, and what is held for which reason. */
export function MustAct({ view }: { view: View }) {
  const { snapshot, pairing } = view;
  if (!snapshot) return null;
  const others = snapshot.holds.filter((hold) => hold.whoMustAct !== 'rep');
  if (snapshot.mustAct.length === 0 && others.length === 0) return null;
  return (
    <>
      {snapshot.mustAct.length > 0 ? (
        <section className="rapport-must-act">
          <Title order={2} size="h6">
            You must act
          </Title>
          <List size="sm" spacing={6} listStyleType="none">
            {snapshot.mustAct.map((one) => (
              <List.Item key={`${one.title} ${one.detail}`}>
                <Text size="sm" fw={600}>
                  {one.title}
                </Text>
                <Text size="sm">{one.detail}</Text>
                {one.href ? <ActLink href={absolute(one.href, pairing.serverUrl)} /> : null}
              </List.Item>
            ))}
          </List>
        </section>
      ) : null}
      {others.length > 0 ? (
        <section>
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
        </section>
      ) : null}
    </>
  );
}

function ActLink({ href }: { href: string }) {
  const linkedin = href.startsWith('https://www.linkedin.com/');
  return (
    <Anchor size="sm" underline="always" href={href} target="_blank" rel="noreferrer">
      {linkedin ? 'Open LinkedIn' : 'Open in the dashboard'}
    </Anchor>
  );
}

function absolute(href: string, serverUrl: string | null): string {
  const base = serverUrl ?? undefined;
  if (!URL.canParse(href, base)) return '#';
  const url = new URL(href, base);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : '#';
}
