import { Button, Group, Stack, Text } from '@mantine/core';
import type { MailSignIn } from '#shared/contract/mailbox.ts';
import { type MailboxOptions, mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import type { MailboxFormApi } from './mailboxForm.ts';

interface Props {
  form: MailboxFormApi;
  senderId: string;
  /** The sign-ins that the operator registered this server for. */
  offers: MailboxOptions['signIn'];
  /** The one that fits the address. */
  first: MailSignIn | null;
}

/** The provider's own sign-in instead of passwords: leaves for the provider and comes back to this page. */
export function SignInButtons({ form, senderId, offers, first }: Props) {
  const signIn = useAction(mailboxRoutes.signIn, {
    inline: true,
    onDone: ({ url }) => window.location.assign(url),
  });
  const fitting = first ? offers.filter(({ provider }) => provider === first) : offers;
  if (fitting.length === 0) return null;
  const start = (provider: MailSignIn) => {
    form.clearErrors();
    const who = (['fromName', 'fromAddress'] as const).map((field) => form.validateField(field));
    if (who.some(({ hasError }) => hasError)) return;
    const { fromName, fromAddress } = form.getValues();
    signIn.mutate({ params: { senderId }, body: { provider, fromName, fromAddress } });
  };
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {fitting.map(({ provider, name }) => (
          <Button
            key={provider}
            variant={first === provider ? 'filled' : 'default'}
            loading={signIn.isPending && signIn.variables.body?.provider === provider}
            onClick={() => start(provider)}
          >
            Sign in with {name}
          </Button>
        ))}
      </Group>
      <Text size="sm" c="dimmed">
        No password is needed then. Otherwise fill in the passwords below.
      </Text>
      {signIn.error && <ProblemAlert problem={signIn.error.problem} />}
    </Stack>
  );
}
