import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { enrollmentRoutes } from '#shared/contract/automation.ts';
import { type TaskItemOf, taskRoutes } from '#shared/contract/task.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import type { FormProps } from './formProps.ts';
import { SkipStep } from './SkipStep.tsx';

/** The values that the text needs, to be filled in; or past the step, or out of the automation. */
export function MissingForm({ item, close }: FormProps<TaskItemOf<'missing_data'>>) {
  const [values, setValues] = useState<Record<string, string>>({});
  const params = { taskId: item.id };
  const fill = useAction(taskRoutes.fillIn, {
    inline: true,
    done: 'Filled in. The step goes on.',
    onDone: close,
  });
  const skip = useAction(taskRoutes.skip, { done: 'Skipped. The contact goes on.', onDone: close });
  const again = useAction(enrollmentRoutes.decide, { done: 'The text is filled in anew.', onDone: close });
  const cancel = useAction(enrollmentRoutes.decide, { done: 'Canceled.', onDone: close });
  const decide = { enrollmentId: item.enrollmentId };
  const fillable = item.fields.filter((field) => field.fillable);
  const others = item.fields.filter((field) => !field.fillable);
  const isFilled = fillable.length > 0 && fillable.every(({ field }) => values[field]?.trim());
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        fill.mutate({ params, body: { values } });
      }}
    >
      <Stack gap="md">
        {item.problem && (
          <Alert color="orange" variant="outline" title={`The text of "${item.stepName}" must be changed`}>
            {item.problem}
          </Alert>
        )}
        {others.map(({ field, label }) => (
          <Alert key={field} color="orange" variant="outline" title={`${label} is missing`}>
            {field === 'email'
              ? 'Import a CSV file with the LinkedIn link and the email of this contact: it fills in what is empty.'
              : 'Name the sender profile on its own page.'}
          </Alert>
        ))}
        {fillable.map(({ field, label }, index) => (
          <TextInput
            key={field}
            label={label}
            maxLength={1000}
            value={values[field] ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setValues((known) => ({ ...known, [field]: value }));
            }}
            data-autofocus={index === 0 ? true : undefined}
          />
        ))}
        {fill.error && <ProblemAlert problem={fill.error.problem} />}
        <Group gap="xs">
          {fillable.length > 0 ? (
            <Button type="submit" disabled={!isFilled} loading={fill.isPending}>
              Fill in and go on
            </Button>
          ) : (
            <Button
              loading={again.isPending}
              onClick={() => again.mutate({ params: decide, body: { decision: 'resume' } })}
            >
              Try again
            </Button>
          )}
          <SkipStep
            contactName={item.contactName}
            loading={skip.isPending}
            skip={() => skip.mutate({ params })}
          />
          <ConfirmButton
            label="Cancel the contact"
            question={`Cancel ${item.contactName} in ${item.automationName}?`}
            consequence="All branches stop; nothing more is sent to them from this automation."
            confirmLabel="Cancel the contact"
            loading={cancel.isPending}
            onConfirm={() => cancel.mutate({ params: decide, body: { decision: 'cancel' } })}
          />
        </Group>
      </Stack>
    </form>
  );
}
