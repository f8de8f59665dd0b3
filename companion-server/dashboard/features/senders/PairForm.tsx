import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { senderRoutes } from '#shared/contract/sender.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';

interface Props {
  senderId: string | null;
  code?: string;
  onPaired?: () => void;
}

/** The code shown in the side panel, approved for one sender profile. */
export function PairForm({ senderId, code = '', onPaired }: Props) {
  const form = useForm({
    initialValues: { userCode: code },
    validate: {
      userCode: (value) => (value.trim().length >= 4 ? null : 'Enter the code from the side panel.'),
    },
  });
  const approve = useAction(senderRoutes.approveDevice, {
    inline: true,
    done: 'Paired. The side panel goes on by itself.',
    onDone: () => {
      form.reset();
      onPaired?.();
    },
  });
  const told = approve.error && fieldErrors(approve.error.problem, ['userCode']);
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ userCode }) => {
        if (senderId === null) return;
        approve.mutate(
          { params: { senderId }, body: { userCode: userCode.trim() } },
          { onError: ({ problem }) => form.setErrors(fieldErrors(problem, ['userCode']).errors) },
        );
      })}
    >
      <Stack gap="sm">
        <Group align="flex-start" gap="sm">
          <TextInput
            label="Code from the side panel"
            required
            autoComplete="one-time-code"
            spellCheck={false}
            style={{ flex: '1 1 200px' }}
            {...form.getInputProps('userCode')}
          />
          <Button
            type="submit"
            mt={{ base: 0, xs: 25 }}
            loading={approve.isPending}
            disabled={senderId === null}
          >
            Pair browser
          </Button>
        </Group>
        {approve.error && told && <ProblemAlert problem={approve.error.problem} rest={told.rest} />}
      </Stack>
    </form>
  );
}
