import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconPencil } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { type VersionList, versionRoutes } from '#shared/contract/version.ts';
import { queryFor } from '../../../api/client.ts';
import { useAction } from '../../../api/useAction.ts';
import { ConfirmButton } from '../../../components/ConfirmButton.tsx';
import { ManagersOnly } from '../../../components/ManagersOnly.tsx';
import { Time } from '../../../components/Time.tsx';
import { Builder } from '../builder/Builder.tsx';

/** The steps of a started automation: as they run, or as the draft beside them is edited. */
export function RunningSteps({ automation }: { automation: AutomationDetail }) {
  const [editing, setEditing] = useState(false);
  const params = { automationId: automation.id };
  const versions = useQuery(queryFor(versionRoutes.list, { params })).data;
  const isOpen = automation.status !== 'archived';
  return (
    <Stack gap="md">
      {versions?.move && <MoveProgress move={versions.move} />}
      {!editing && isOpen && (
        <Group gap="sm">
          <ManagersOnly>
            <Button
              leftSection={<IconPencil aria-hidden size={16} />}
              variant={automation.hasChanges ? 'filled' : 'default'}
              onClick={() => setEditing(true)}
            >
              {automation.hasChanges ? 'Continue editing' : 'Edit steps'}
            </Button>
            {versions?.undoUntil && <Undo automation={automation} until={versions.undoUntil} />}
          </ManagersOnly>
          <Text size="sm" c="dimmed">
            Version {automation.versionNumber} is running.
            {automation.hasChanges && ' The draft beside it has changes that are not published.'}
          </Text>
        </Group>
      )}
      <Builder
        key={`${editing}-${editing ? '' : automation.versionNumber}`}
        automation={automation}
        editing={editing}
        managesSenders={isOpen}
        closeEditor={() => setEditing(false)}
      />
    </Stack>
  );
}

/** Contacts are moved a few at a time; until then they run in their own version. */
function MoveProgress({ move }: { move: NonNullable<VersionList['move']> }) {
  const { moved, total } = move;
  const percent = total === 0 ? 100 : Math.round((100 * moved) / total);
  return (
    <Alert variant="outline" color="blue" title="Contacts are moving to the new version" role="status">
      <Stack gap="xs">
        <Text size="sm" className="tabular">
          {moved} of {total} are there. The others go on in the version before until it is their turn.
        </Text>
        <Progress value={percent} aria-label="Contacts moved to the new version" />
      </Stack>
    </Alert>
  );
}

function Undo({ automation, until }: { automation: AutomationDetail; until: number }) {
  const undo = useAction(versionRoutes.undo, {
    done: 'The version before runs again. Your changes are kept in the draft.',
  });
  return (
    <>
      <ConfirmButton
        label="Undo publishing"
        question={`Undo version ${automation.versionNumber}?`}
        consequence="The version before becomes the newest one. Everybody who has not gone on since returns to the exact step where they stood; nothing that was done is repeated. Nobody new enters, except by a Segment that keeps feeding."
        confirmLabel="Undo publishing"
        leftSection={<IconArrowBackUp aria-hidden size={16} />}
        loading={undo.isPending}
        onConfirm={() => undo.mutate({ params: { automationId: automation.id } })}
      />
      <Text size="sm" c="dimmed">
        (ends <Time at={until} />)
      </Text>
    </>
  );
}
