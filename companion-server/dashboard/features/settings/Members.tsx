import { Box, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type MemberView, memberRoutes } from '#shared/contract/member.ts';
import type { MeView } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Section } from '../../components/Section.tsx';
import { RoleControl } from './RoleControl.tsx';
import { roleWords } from './roles.ts';

/** Who is in the workspace; an owner changes roles and removes others, everybody may leave. */
export function Members({ me }: { me: MeView }) {
  const members = useQuery(queryFor(memberRoutes.list));
  return (
    <Section title="Members">
      <Loaded query={members} what="the members">
        {({ items }) => (
          <Table.ScrollContainer minWidth={280}>
            <Table aria-label="Members">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th visibleFrom="sm">Email</Table.Th>
                  <Table.Th>Role</Table.Th>
                  <Table.Th ta="right" visibleFrom="sm">
                    Sender profiles
                  </Table.Th>
                  <Table.Th ta="right" visibleFrom="sm">
                    Action
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((one) => (
                  <Table.Tr key={one.userId}>
                    <Table.Td style={{ overflowWrap: 'anywhere' }}>
                      {one.name}
                      <Text size="sm" c="dimmed" hiddenFrom="sm">
                        {one.email}
                        <br />
                        {one.senders === 1 ? '1 sender profile' : `${one.senders} sender profiles`}
                      </Text>
                    </Table.Td>
                    <Table.Td visibleFrom="sm">{one.email}</Table.Td>
                    <Table.Td>
                      {me.role === 'owner' ? <RoleControl member={one} me={me} /> : roleWords[one.role].label}
                      <Box hiddenFrom="sm" mt="xs">
                        <EndMembership member={one} me={me} />
                      </Box>
                    </Table.Td>
                    <Table.Td ta="right" visibleFrom="sm">
                      {one.senders}
                    </Table.Td>
                    <Table.Td ta="right" visibleFrom="sm">
                      <EndMembership member={one} me={me} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
    </Section>
  );
}

function EndMembership({ member, me }: { member: MemberView; me: MeView }) {
  const remove = useAction(memberRoutes.remove, { done: `${member.name} is no member any more.` });
  const leave = useAction(memberRoutes.leave, { onDone: () => window.location.reload() });
  const what =
    'Their browsers are unpaired at once, and their sender profiles are held until a manager gives them to another member or deletes them.';
  if (member.userId === me.userId) {
    return (
      <ConfirmButton
        size="xs"
        label="Leave"
        question={`Leave ${me.workspace.name}?`}
        consequence="Your browsers are unpaired at once, and your sender profiles are held until a manager gives them to another member or deletes them. To come back you need an invitation."
        confirmLabel="Leave"
        loading={leave.isPending}
        onConfirm={() => leave.mutate({})}
      />
    );
  }
  if (me.role !== 'owner') return null;
  return (
    <ConfirmButton
      size="xs"
      label="Remove"
      aria-label={`Remove ${member.name}`}
      question={`Remove ${member.name}?`}
      consequence={what}
      confirmLabel="Remove"
      loading={remove.isPending}
      onConfirm={() => remove.mutate({ params: { userId: member.userId } })}
    />
  );
}
