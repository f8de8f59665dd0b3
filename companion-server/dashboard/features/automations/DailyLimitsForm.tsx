import { Button, Group, NumberInput, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { type ReactNode, useId } from 'react';
import { automationSenderRoutes, type DailyLimits } from '#shared/contract/automationSender.ts';
import { capTable } from '#shared/schedule/settings.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import { usageNames } from '#shared/statuses/usage.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';

/** Those that one automation may want to keep lower than its senders' own caps. */
const kinds = ['invite', 'message', 'page_load', 'email'] as const satisfies readonly UsageKind[];

type Values = Record<(typeof kinds)[number], number | string>;

/** This automation's own daily limits per sender; an empty field has none. */
export function DailyLimitsForm({ automationId, limits }: { automationId: string; limits: DailyLimits }) {
  const heading = useId();
  const form = useForm<Values>({
    initialValues: {
      invite: limits.invite ?? '',
      message: limits.message ?? '',
      page_load: limits.page_load ?? '',
      email: limits.email ?? '',
    },
  });
  const save = useAction(automationSenderRoutes.setLimits, { inline: true, done: 'The limits are saved.' });
  const submit = (values: Values) => {
    const chosen = kinds.flatMap((kind) =>
      values[kind] === '' ? [] : [[kind, Number(values[kind])] as const],
    );
    save.mutate({ params: { automationId }, body: { ...limits, ...none, ...Object.fromEntries(chosen) } });
  };
  return (
    <form noValidate aria-labelledby={heading} onSubmit={form.onSubmit(submit)}>
      <Stack gap="md">
        <Intro id={heading}>
          At most this many in 24 hours, for each sender, of this automation alone. Empty: only the sender’s
          own caps hold. A lower limit counts what was already sent.
        </Intro>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {kinds.map((kind) => (
            <NumberInput
              key={kind}
              label={usageNames[kind]}
              description={`At most ${capTable[kind].ceiling.daily}.`}
              placeholder="No limit of its own"
              min={1}
              max={capTable[kind].ceiling.daily}
              allowDecimal={false}
              {...form.getInputProps(kind)}
            />
          ))}
        </SimpleGrid>
        {save.error && <ProblemAlert problem={save.error.problem} />}
        <Group>
          <Button type="submit" variant="default" disabled={!form.isDirty()} loading={save.isPending}>
            Save limits
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const none = { invite: undefined, message: undefined, page_load: undefined, email: undefined };

function Intro({ id, children }: { id: string; children: ReactNode }) {
  return (
    <>
      <Title order={3} size="h5" id={id}>
        Daily limits of this automation
      </Title>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </>
  );
}
