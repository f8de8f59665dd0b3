import { Alert, Text } from '@mantine/core';

/** A problem or a hint: what it is, why, and what to do. Errors are announced. */
export function Notice(props: {
  colour: 'red' | 'yellow' | 'gray' | 'cyan';
  title: string;
  detail: string;
  action?: string | null;
}) {
  return (
    <Alert
      color={props.colour}
      variant="light"
      title={props.title}
      role={props.colour === 'red' ? 'alert' : 'status'}
      p="xs"
      // The light variant's own title colour is too weak on its ground.
      styles={{ title: { color: 'var(--mantine-color-text)' } }}
    >
      <Text size="sm">{props.detail}</Text>
      {props.action ? (
        <Text size="sm" mt={4}>
          {props.action}
        </Text>
      ) : null}
    </Alert>
  );
}
