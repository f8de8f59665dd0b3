import { Button, CopyButton, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Problem } from '#shared/contract/route.ts';
import { memberRole } from '#shared/contract/workspace.ts';
import {
  cancelInvitation,
  type InvitedRole,
  invitationsQuery,
  invite,
  joinLink,
  type OpenInvitation,
} from '../../api/invitations.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';
import { roleWords } from './roles.ts';

const roles = Object.entries(roleWords).map(([value, { label, may }]) => ({
  value,
  label: `${label}: ${may}`,
}));

/** People on their way into the team; the owner invites, the mail goes out by itself. */
export function Invitations() {
  const queryClient = useQueryClient();
  const list = useQuery(invitationsQuery);
  const [problem, setProblem] = useState<Problem | null>(null);
  const form = useForm<{ email: string; role: InvitedRole }>({
    initialValues: { email: '', role: 'rep' },
    validate: { email: (value) => (/^\S+@\S+\.\S+$/.test(value.trim()) ? null : 'Enter an email address.') },
  });
  const changed = async (refused: Problem | null) => {
    setProblem(refused);
    if (!refused) await queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey });
    return refused === null;
  };
  return (
    <Section
      title="Invitations"
      text="The invited person gets a mail with a link, where the server has a mail account for that. The link can be handed over by hand too: whoever has it can join."
    >
      <form
        noValidate
        onSubmit={form.onSubmit(async ({ email, role }) => {
          if (await changed(await invite(email.trim(), role))) form.reset();
        })}
      >
        <Group align="flex-start" gap="sm">
          <TextInput label="Email to invite" type="email" required {...form.getInputProps('email')} />
          <Select
            label="Role"
            w={340}
            maw="100%"
            data={roles}
            allowDeselect={false}
            value={form.values.role}
            onChange={(value) => form.setFieldValue('role', memberRole.parse(value))}
          />
          <Button type="submit" mt={25} loading={form.submitting}>
            Invite
          </Button>
        </Group>
      </form>
      {problem && <ProblemAlert problem={problem} />}
      <Loaded query={list} what="invitations">
        {(open) =>
          open.length === 0 ? (
            <Text size="sm">No invitation is open. Invite somebody above.</Text>
          ) : (
            <OpenInvitations open={open} onChanged={changed} />
          )
        }
      </Loaded>
    </Section>
  );
}

interface OpenProps {
  open: OpenInvitation[];
  onChanged: (refused: Problem | null) => Promise<boolean>;
}

function OpenInvitations({ open, onChanged }: OpenProps) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table aria-label="Open invitations">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Email</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {open.map(({ id, email, role, expiresAt }) => (
            <Table.Tr key={id}>
              <Table.Td>{email}</Table.Td>
              <Table.Td>{roleWords[role].label}</Table.Td>
              <Table.Td>
                <Time at={expiresAt.getTime()} />
              </Table.Td>
              <Table.Td>
                <Stack gap={4} align="flex-end">
                  <CopyButton value={joinLink({ id, email })}>
                    {({ copied, copy }) => (
                      <Button size="xs" variant="default" onClick={copy}>
                        {copied ? 'Copied' : 'Copy link'}
                      </Button>
                    )}
                  </CopyButton>
                  <ConfirmButton
                    label="Take back"
                    question={`Take back the invitation of ${email}?`}
                    consequence="The link stops working. Somebody who joined already stays a member."
                    confirmLabel="Take back"
                    onConfirm={() => void cancelInvitation(id).then(onChanged)}
                  />
                </Stack>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
