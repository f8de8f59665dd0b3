import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp, IconLayoutDistributeVertical } from '@tabler/icons-react';
import { useState } from 'react';
import type { NodeType } from '#shared/automation/graph.ts';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import { useAction } from '../../../api/useAction.ts';
import { ConfirmButton } from '../../../components/ConfirmButton.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { StartDialog } from '../StartDialog.tsx';
import { ReviewDialog } from '../versions/ReviewDialog.tsx';
import { Palette } from './Palette.tsx';
import type { useDraft } from './useDraft.ts';

interface ToolbarProps {
  automation: AutomationDetail;
  editor: ReturnType<typeof useDraft>;
  add: (type: NodeType) => void;
  tidyUp: () => void;
  ready: boolean;
  closeEditor: (() => void) | undefined;
}

/** Name, new steps, undo, saving, and what comes after it: starting, or publishing. */
export function Toolbar({ automation, editor, add, tidyUp, ready, closeEditor }: ToolbarProps) {
  const isRunning = automation.status !== 'draft';
  const { draft, dirty } = editor;
  const params = { automationId: automation.id };
  const save = useAction(automationRoutes.saveDraft, { inline: true });
  const [starting, setStarting] = useState(false);
  const saveDraft = (then?: () => void) =>
    save.mutate(
      { params, body: draft },
      {
        onSuccess: () => {
          editor.markSaved(draft);
          then?.();
        },
      },
    );
  useHotkeys([
    ['mod+S', () => saveDraft()],
    ['mod+Z', editor.undo],
    ['mod+shift+Z', editor.redo],
    ['mod+Y', editor.redo],
  ]);
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Automation name"
          required
          maxLength={120}
          flex="1 1 220px"
          maw={420}
          value={draft.name}
          error={draft.name.trim() ? null : 'Enter a name.'}
          onChange={(event) => editor.change({ ...draft, name: event.currentTarget.value }, 'name')}
        />
        <Palette label="Add step" variant="default" onAdd={add} />
        <Button
          variant="default"
          leftSection={<IconLayoutDistributeVertical aria-hidden size={16} />}
          onClick={tidyUp}
        >
          Tidy up
        </Button>
        <Button
          variant="default"
          disabled={!editor.canUndo}
          onClick={editor.undo}
          leftSection={<IconArrowBackUp aria-hidden size={16} />}
        >
          Undo
        </Button>
        <Button
          variant="default"
          disabled={!editor.canRedo}
          onClick={editor.redo}
          leftSection={<IconArrowForwardUp aria-hidden size={16} />}
        >
          Redo
        </Button>
        <Button variant="default" loading={save.isPending && !starting} onClick={() => saveDraft()}>
          Save draft
        </Button>
        <Button onClick={() => saveDraft(() => setStarting(true))}>
          {isRunning ? 'Review changes' : 'Check and start'}
        </Button>
        {isRunning && closeEditor && <ConfirmLeave dirty={dirty} leave={closeEditor} />}
      </Group>
      <Text size="sm" c="dimmed" role="status">
        {dirty ? 'There are changes that are not saved.' : 'All changes are saved.'}{' '}
        {readyText(isRunning, ready)}
      </Text>
      {save.error && <ProblemAlert problem={save.error.problem} />}
      {isRunning ? (
        <ReviewDialog
          automation={{ ...automation, draft: draft.graph }}
          opened={starting}
          close={() => setStarting(false)}
          onPublished={() => closeEditor?.()}
        />
      ) : (
        <StartDialog automation={automation} opened={starting} close={() => setStarting(false)} />
      )}
    </Stack>
  );
}

function readyText(isRunning: boolean, ready: boolean): string {
  if (!ready) return '';
  return isRunning
    ? 'The running version goes on unchanged until the draft is published.'
    : 'Nothing stops it from starting so far; the check looks at the real contacts.';
}

/** Back to what runs; what was not saved is asked about first. */
function ConfirmLeave({ dirty, leave }: { dirty: boolean; leave: () => void }) {
  if (!dirty) {
    return (
      <Button variant="default" onClick={leave}>
        Close editor
      </Button>
    );
  }
  return (
    <ConfirmButton
      variant="default"
      color={undefined}
      label="Close editor"
      question="Close without saving the draft?"
      consequence="Changes since the draft was saved last are lost. What runs is not touched."
      confirmLabel="Close without saving"
      onConfirm={leave}
    />
  );
}
