import { Button, Stack, Textarea, TextInput } from '@mantine/core';
import { schemaResolver, useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { setupRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { ButtonLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { PasswordField } from '../../components/PasswordField.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { SessionFrame } from './SessionFrame.tsx';

const formSchema = setupRoutes.run.body.omit({ token: true });
const empty = { workspaceName: '', postalAddress: '', name: '', email: '', password: '' };

/** First run: makes the workspace and its owner, with the token of the link that the server printed. */
export function SetupPage() {
  const status = useQuery(queryFor(setupRoutes.status));
  return (
    <SessionFrame title="Set up Rapport" text="Create the workspace and your own account, its owner.">
      <Loaded query={status} what="the state of the server">
        {({ needed }) =>
          needed ? (
            <SetupForm />
          ) : (
            <Stack gap="md">
              This server is already set up.
              <ButtonLink to="/login" search={{}}>
                Sign in
              </ButtonLink>
            </Stack>
          )
        }
      </Loaded>
    </SessionFrame>
  );
}

function SetupForm() {
  const { token } = useSearch({ from: '/setup' });
  const navigate = useNavigate();
  const form = useForm({ initialValues: empty, validate: schemaResolver(formSchema, { sync: true }) });
  const setup = useAction(setupRoutes.run, {
    inline: true,
    onDone: () => void navigate({ to: '/' }),
  });
  // The token stands in the address: the problem's own sentence says what is wrong with it.
  const told = setup.error && fieldErrors(setup.error.problem, [...Object.keys(empty), 'token']);
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) =>
        setup.mutate(
          { body: { ...values, token } },
          { onError: ({ problem }) => form.setErrors(fieldErrors(problem, Object.keys(empty)).errors) },
        ),
      )}
    >
      <Stack gap="md">
        {token === '' && <MissingToken />}
        <TextInput label="Workspace name" required {...form.getInputProps('workspaceName')} />
        <Textarea
          label="Postal address"
          description="Stands at the end of every automated email, as the law asks for. Can be added later."
          autosize
          minRows={2}
          {...form.getInputProps('postalAddress')}
        />
        <TextInput label="Your name" required autoComplete="name" {...form.getInputProps('name')} />
        <TextInput
          label="Email"
          type="email"
          required
          autoComplete="username"
          {...form.getInputProps('email')}
        />
        <PasswordField
          label="Password"
          description="At least 10 characters."
          required
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        {setup.error && told && <ProblemAlert problem={setup.error.problem} rest={told.rest} />}
        <Button type="submit" loading={setup.isPending}>
          Create workspace
        </Button>
      </Stack>
    </form>
  );
}

function MissingToken() {
  return (
    <ProblemAlert
      problem={{
        type: 'about:blank#no_token',
        title: 'The link is incomplete',
        status: 0,
        code: 'no_token',
        detail: 'The address holds no setup token, so the server would refuse this form.',
        action: 'Open the whole link that the server printed when it started.',
        requestId: '',
        fields: [],
      }}
    />
  );
}
