import { Alert, Button, List, Stack, Text } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import type { Problem } from '#shared/contract/route.ts';

interface Props {
  problem: Problem;
  /** Messages about fields that the form does not show. */
  rest?: readonly string[];
  onRetry?: () => void;
}

/** What went wrong, what to do about it, and a way to try again. */
export function ProblemAlert({ problem, rest, onRetry }: Props) {
  const messages =
    rest ?? problem.fields.map(({ field, message }) => (field ? `${field}: ${message}` : message));
  return (
    <Alert
      color="red"
      variant="outline"
      role="alert"
      title={problem.title}
      icon={<IconAlertCircle aria-hidden />}
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problem.detail}</Text>
        {messages.length > 0 && (
          <List size="sm">
            {messages.map((message) => (
              <List.Item key={message}>{message}</List.Item>
            ))}
          </List>
        )}
        {problem.action && (
          <Text size="sm" fw={500}>
            {problem.action}
          </Text>
        )}
        {problem.requestId && (
          <Text size="xs" c="dimmed">
            Request {problem.requestId}
          </Text>
        )}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
