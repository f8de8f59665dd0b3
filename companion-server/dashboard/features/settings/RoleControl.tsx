import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type MemberView, memberRoutes } from '#shared/contract/member.ts';
import { type MeView, memberRole } from '#shared/contract/workspace.ts';
import { useAction } from '../../api/useAction.ts';
import { roleWords } from './roles.ts';

type Role = MemberView['role'];

const options = memberRole.options.map((value) => ({ value, label: roleWords[value].label }));

/** A member's role, for an owner to choose; what the new one may do is said before it counts. */
export function RoleControl({ member, me }: { member: MemberView; me: MeView }) {
  const [wanted, setWanted] = useState<Role | null>(null);
  const change = useAction(memberRoutes.setRole, { done: `The role of ${member.name} is changed.` });
  const { label, may } = roleWords[wanted ?? member.role];
  return (
    <>
      <Select
        size="xs"
        w={120}
        aria-label={`Role of ${member.name}`}
        data={options}
        allowDeselect={false}
        value={member.role}
        disabled={change.isPending}
        onChange={(value) => value !== member.role && setWanted(memberRole.parse(value))}
      />
      <Modal
        opened={wanted !== null}
        onClose={() => setWanted(null)}
        title={`Make ${member.name} ${wanted === 'owner' ? 'an' : 'a'} ${label}?`}
      >
        <Stack gap="md">
          <Text size="sm">
            {label}: {may}. It counts at once.
            {member.userId === me.userId && ' To be an owner again you need another owner.'}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setWanted(null)} data-autofocus>
              Cancel
            </Button>
            <Button
              onClick={() => {
                if (wanted) change.mutate({ params: { userId: member.userId }, body: { role: wanted } });
                setWanted(null);
              }}
            >
              Change role
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
