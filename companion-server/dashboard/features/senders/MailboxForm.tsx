import {
  Alert,
  Button,
  Fieldset,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { MailboxDiscovery, MailboxSettings } from '#shared/contract/mailbox.ts';
import { mailboxPresets } from '#shared/contract/mailboxPresets.ts';
import { type MailboxOptions, mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { type Output, type ProblemError, queryFor } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { PasswordField } from '../../components/PasswordField.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import {
  checkMailbox,
  type MailboxFormApi as Form,
  initialMailbox,
  looksLikeAddress,
  mailboxFields,
  mayFill,
  type Side,
  sourceSentence,
  withoutServers,
  withServers,
} from './mailboxForm.ts';
import { SignInButtons } from './SignInButtons.tsx';

type Test = Output<typeof mailboxRoutes.test>;

/** Testing waits for two servers, each with deadlines of its own. */
const TEST_DEADLINE_MS = 90_000;

/** SMTP and IMAP settings, tested before they are saved. */
export function MailboxForm({ sender }: { sender: SenderView }) {
  const settings = initialMailbox(sender.mailbox.settings);
  const signedIn = settings.signIn ?? null;
  const stored = sender.mailbox.settings !== null && signedIn === null;
  const options = useQuery(queryFor(mailboxRoutes.options));
  const isPrivate = options.data?.privateNetwork ?? false;
  const form = useForm<MailboxSettings>({
    initialValues: settings,
    validate: (values) => checkMailbox(values, stored),
  });
  const test = useAction(mailboxRoutes.test, { inline: true, timeoutMs: TEST_DEADLINE_MS });
  const save = useAction(mailboxRoutes.save, {
    inline: true,
    timeoutMs: TEST_DEADLINE_MS,
    done: 'The mailbox works and is saved.',
    onDone: () => {
      form.setFieldValue('smtp.password', '');
      form.setFieldValue('imap.password', '');
      form.resetDirty();
    },
  });
  const params = { senderId: sender.id };
  const showProblem = ({ problem }: ProblemError) =>
    form.setErrors(fieldErrors(problem, mailboxFields).errors);
  const showTest = ({ smtp, imap }: Test) => {
    for (const side of [smtp, imap])
      if (!side.ok && side.field) form.setFieldError(side.field, side.sentence);
  };
  const failed = save.error ?? test.error;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((body) => {
        test.reset();
        save.mutate({ params, body }, { onError: showProblem });
      })}
    >
      <Stack gap="md">
        {signedIn && (
          <Text size="sm">
            Connected by a sign-in at {signedIn === 'google' ? 'Google' : 'Microsoft'}. Sign in again to renew
            it, or enter passwords to use those instead.
          </Text>
        )}
        <Who form={form} senderId={sender.id} offers={options.data?.signIn ?? []} />
        <Server
          form={form}
          side="smtp"
          legend="Sending (SMTP)"
          stored={stored}
          isPrivate={isPrivate}
          result={test.data?.smtp}
        />
        <Server
          form={form}
          side="imap"
          legend="Receiving (IMAP)"
          stored={stored}
          isPrivate={isPrivate}
          result={test.data?.imap}
        />
        {failed && (
          <ProblemAlert problem={failed.problem} rest={fieldErrors(failed.problem, mailboxFields).rest} />
        )}
        <Group gap="xs">
          <Button
            variant="default"
            loading={test.isPending}
            onClick={() => {
              if (form.validate().hasErrors) return;
              save.reset();
              test.mutate({ params, body: form.getValues() }, { onSuccess: showTest, onError: showProblem });
            }}
          >
            Test connection
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save mailbox
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface WhoProps {
  form: Form;
  senderId: string;
  offers: MailboxOptions['signIn'];
}

/** Whose mailbox it is; the servers fill themselves in from the address, and it says where they come from. */
function Who({ form, senderId, offers }: WhoProps) {
  const [asked, setAsked] = useState<string | null>(null);
  const [filled, setFilled] = useState<MailboxDiscovery | null>(null);
  const [presetId, setPresetId] = useState<string | null>(null);
  const discovery = useQuery({
    ...queryFor(mailboxRoutes.discover, { query: { address: asked ?? '' } }),
    enabled: asked !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const found = discovery.data?.found ?? null;
  const isAnswered = discovery.data !== undefined;
  useEffect(() => {
    if (!isAnswered || found === filled || !mayFill(form.getValues(), filled)) return;
    // Servers of the address before do not stay behind under another one.
    form.setValues(found ? withServers(form.getValues(), found) : withoutServers(form.getValues()));
    setFilled(found);
    setPresetId(found?.presetId ?? null);
  }, [isAnswered, found, filled, form]);
  const preset = mailboxPresets.find(({ id }) => id === presetId) ?? null;
  const hint = found?.passwordHint ?? preset?.passwordHint;
  const ask = () => {
    const address = form.getValues().fromAddress.trim();
    if (looksLikeAddress(address)) setAsked(address);
  };
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="From name" required {...form.getInputProps('fromName')} />
        <TextInput
          label="From address"
          type="email"
          required
          {...form.getInputProps('fromAddress')}
          onBlur={ask}
        />
      </SimpleGrid>
      <Select
        label="Provider"
        description="Fills in the servers; every value can be changed."
        placeholder="Other: enter the servers below"
        searchable
        clearable
        data={mailboxPresets.map(({ id, name }) => ({ value: id, label: name }))}
        value={presetId}
        onChange={(id) => {
          setPresetId(id);
          const chosen = mailboxPresets.find((one) => one.id === id);
          if (chosen) form.setValues(withServers(form.getValues(), chosen));
        }}
      />
      <Text size="sm" role="status" style={{ overflowWrap: 'anywhere' }}>
        {discovery.isFetching && 'Looking for the mail servers of this address…'}
        {!discovery.isFetching && found && sourceSentence(found)}
        {!discovery.isFetching &&
          discovery.data?.found === null &&
          'Nobody names the mail servers of this domain. Enter them as your provider states them.'}
      </Text>
      {hint && <Text size="sm">{hint}</Text>}
      <SignInButtons
        form={form}
        senderId={senderId}
        offers={offers}
        first={found?.signIn ?? preset?.signIn ?? null}
      />
    </Stack>
  );
}

interface ServerProps {
  form: Form;
  /** The operator allows servers inside the private network, there unencrypted too. */
  isPrivate: boolean;
  side: Side;
  legend: string;
  stored: boolean;
  result: Test['smtp'] | undefined;
}

const securities = [
  { value: 'tls', label: 'TLS (encrypted from the start)' },
  { value: 'starttls', label: 'STARTTLS (upgraded)' },
  { value: 'none', label: 'None (only inside the private network)' },
];

function Server({ form, side, legend, stored, isPrivate, result }: ServerProps) {
  const offered = securities.filter(
    ({ value }) => value !== 'none' || isPrivate || form.values[side].security === 'none',
  );
  const name = side.toUpperCase();
  return (
    <Fieldset legend={legend}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={`${name} server`}
            required
            spellCheck={false}
            {...form.getInputProps(`${side}.host`)}
          />
          <NumberInput
            label={`${name} port`}
            required
            min={1}
            max={65_535}
            allowDecimal={false}
            hideControls
            {...form.getInputProps(`${side}.port`)}
          />
          <TextInput
            label={`${name} user name`}
            required
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps(`${side}.user`)}
          />
          <PasswordField
            label={`${name} password`}
            required={!stored}
            autoComplete="new-password"
            placeholder={stored ? 'Unchanged' : undefined}
            what={`${name} password`}
            {...form.getInputProps(`${side}.password`)}
          />
        </SimpleGrid>
        <Select label={`${name} security`} data={offered} {...form.getInputProps(`${side}.security`)} />
        {result && <CheckResult name={name} result={result} />}
      </Stack>
    </Fieldset>
  );
}

function CheckResult({ name, result }: { name: string; result: Test['smtp'] }) {
  return (
    <Alert
      role="status"
      variant="outline"
      color={result.ok ? 'green' : 'red'}
      title={result.ok ? `${name} works` : `${name} does not work`}
    >
      {result.sentence && <Text size="sm">{result.sentence}</Text>}
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        The server said: {result.response}
      </Text>
      {result.action && (
        <Text size="sm" fw={500}>
          {result.action}
        </Text>
      )}
    </Alert>
  );
}
