import { Button, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Problem } from '#shared/contract/route.ts';
import { sessionQuery } from '../../api/auth.ts';
import { acceptInvitation, signUp } from '../../api/invitations.ts';
import { ButtonLink, TextLink } from '../../components/Link.tsx';
import { Loading } from '../../components/Loaded.tsx';
import { PasswordField } from '../../components/PasswordField.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { SessionFrame } from './SessionFrame.tsx';

/** Where the link of an invitation leads: a new account, or the one that is signed in. */
export function JoinPage() {
  const { invitation, email } = useSearch({ from: '/join' });
  const session = useQuery(sessionQuery);
  const isThem = session.data?.toLowerCase() === email.toLowerCase();
  return (
    <SessionFrame title="Join the team" text={`You were invited as ${email || 'a member'}.`}>
      {invitation === '' || email === '' ? (
        <Text>The link is not complete. Open it from the email again, or copy all of it.</Text>
      ) : session.isPending ? (
        <Loading what="your session" />
      ) : isThem ? (
        <Accept invitation={invitation} />
      ) : (
        <NewAccount invitation={invitation} email={email} />
      )}
    </SessionFrame>
  );
}

/** Joins, then opens the dashboard of the new workspace. */
function useJoin() {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [problem, setProblem] = useState<Problem | null>(null);
  return {
    problem,
    join: async (invitation: string, before: () => Promise<Problem | null>) => {
      const refused = (await before()) ?? (await acceptInvitation(invitation));
      setProblem(refused);
      if (refused) return;
      queryClient.clear();
      router.history.push('/');
    },
  };
}

function Accept({ invitation }: { invitation: string }) {
  const { problem, join } = useJoin();
  const [busy, setBusy] = useState(false);
  return (
    <Stack gap="md">
      <Text size="sm">You are signed in with this address already.</Text>
      {problem && <ProblemAlert problem={problem} />}
      <Button
        loading={busy}
        onClick={async () => {
          setBusy(true);
          await join(invitation, async () => null);
          setBusy(false);
        }}
      >
        Join the team
      </Button>
    </Stack>
  );
}

function NewAccount({ invitation, email }: { invitation: string; email: string }) {
  const { problem, join } = useJoin();
  const form = useForm({
    initialValues: { name: '', password: '' },
    validate: {
      name: (value) => (value.trim() ? null : 'Enter your name.'),
      password: (value) => (value.length >= 10 ? null : 'At least 10 characters.'),
    },
  });
  const here = `/join?${new URLSearchParams({ invitation, email })}`;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ name, password }) =>
        join(invitation, () => signUp({ name: name.trim(), email, password, invitationId: invitation })),
      )}
    >
      <Stack gap="md">
        <TextInput label="Email" type="email" value={email} readOnly autoComplete="username" />
        <TextInput label="Your name" required autoComplete="name" {...form.getInputProps('name')} />
        <PasswordField
          label="Password"
          description="At least 10 characters."
          required
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        {problem && <ProblemAlert problem={problem} />}
        {problem?.code === 'invitation_needed' && (
          <ButtonLink variant="default" to="/login" search={{}}>
            Sign in
          </ButtonLink>
        )}
        <Button type="submit" loading={form.submitting}>
          Create account and join
        </Button>
        <Text size="sm">
          You have an account already?{' '}
          <TextLink to="/login" search={{ redirect: here }}>
            Sign in, then open the invitation again
          </TextLink>
        </Text>
      </Stack>
    </form>
  );
}
