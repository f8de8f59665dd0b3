import { Alert, Button, Text } from '@mantine/core';
import { type HomeView, workspaceRoutes } from '#shared/contract/workspace.ts';
import { useAction } from '../../api/useAction.ts';
import { Section } from '../../components/Section.tsx';

/** Whether links that recipients open would reach this server, and a check of it. */
export function PublicUrl({ state }: { state: HomeView['publicUrl'] }) {
  const check = useAction(workspaceRoutes.checkPublicUrl);
  return (
    <Section
      title="Public address"
      text="Links that recipients open (unsubscribe, reconnect) need an https address that reaches this server."
      actions={
        <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate({})}>
          Check now
        </Button>
      }
    >
      <Alert color={state.ok ? 'green' : 'orange'} variant="outline" title={state.url ?? 'Not set'}>
        <Text size="sm">{state.message}</Text>
        {state.action && (
          <Text size="sm" fw={500}>
            {state.action}
          </Text>
        )}
      </Alert>
    </Section>
  );
}
