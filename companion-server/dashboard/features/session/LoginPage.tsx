import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Problem } from '#shared/contract/route.ts';
import { setupRoutes } from '#shared/contract/workspace.ts';
import { signIn } from '../../api/auth.ts';
import { queryFor } from '../../api/client.ts';
import { PasswordField } from '../../components/PasswordField.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { SessionFrame } from './SessionFrame.tsx';
import { safePath } from './safePath.ts';

/** Signing in with email and password, and from there to the page that was asked for. */
export function LoginPage() {
  const { redirect } = useSearch({ from: '/login' });
  const router = useRouter();
  const queryClient = useQueryClient();
  const status = useQuery(queryFor(setupRoutes.status));
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.includes('@') ? null : 'Enter your email address.'),
      password: (value) => (value ? null : 'Enter your password.'),
    },
  });
  const submit = form.onSubmit(async ({ email, password }) => {
    const refused = await signIn(email.trim(), password);
    setProblem(refused);
    if (refused) return;
    queryClient.clear();
    router.history.push(safePath(redirect));
  });
  return (
    <SessionFrame title="Sign in" text="Use the account of your workspace.">
      <form noValidate onSubmit={submit}>
        <Stack gap="md">
          {status.data?.needed && (
            <Alert variant="outline" color="yellow" title="This server is not set up yet">
              Open the link that the server printed when it started.
            </Alert>
          )}
          <TextInput
            label="Email"
            type="email"
            required
            autoComplete="username"
            {...form.getInputProps('email')}
          />
          <PasswordField
            label="Password"
            required
            autoComplete="current-password"
            {...form.getInputProps('password')}
          />
          {problem && <ProblemAlert problem={problem} />}
          <Button type="submit" loading={form.submitting}>
            Sign in
          </Button>
        </Stack>
      </form>
    </SessionFrame>
  );
}
