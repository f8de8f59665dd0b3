import { Alert, Button, Grid, Group, Stack, Text, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp, IconLayoutDistributeVertical } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import type { Graph, NodeType } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { queryFor } from '../../../api/client.ts';
import { useAction } from '../../../api/useAction.ts';
import { ConfirmButton } from '../../../components/ConfirmButton.tsx';
import { ProblemAlert } from '../../../components/ProblemAlert.tsx';
import { StartDialog } from '../StartDialog.tsx';
import { ReviewDialog } from '../versions/ReviewDialog.tsx';
import { Canvas } from './Canvas.tsx';
import { stepSummary } from './catalogue.ts';
import { addStep, type Exit, freeExit, removeStep, replaceStep, setTargets } from './graphEdits.ts';
import { tidy } from './layout.ts';
import { Outline, Problems } from './Outline.tsx';
import { Palette } from './Palette.tsx';
import { StepDrawer } from './StepDrawer.tsx';
import { type Starter, starters } from './starters.ts';
import { useDraft } from './useDraft.ts';
import { usePreviewContact } from './usePreviewContact.ts';

interface BuilderProps {
  automation: AutomationDetail;
  /** Edits the draft beside what runs. */
  editing?: boolean;
  closeEditor?: () => void;
}

/** Canvas, panels and toolbar of one automation; once it was started it is read-only but for its draft. */
export function Builder({ automation, editing = false, closeEditor }: BuilderProps) {
  const readOnly = automation.status !== 'draft' && !editing;
  const editor = useDraft({ name: automation.name, graph: editing ? automation.draft : automation.graph });
  const graph = readOnly ? automation.graph : editor.draft.graph;
  const [openId, setOpenId] = useState<string | null>(null);
  const [lastId, setLastId] = useState<string | null>(null);
  const [fitKey, setFitKey] = useState(0);
  const { summaries, context, problems } = useGraphFacts(graph, openId);

  const change = (next: Graph, about: string | null = null) =>
    editor.change({ ...editor.draft, graph: next }, about);
  const open = useCallback((id: string) => {
    setOpenId(id);
    setLastId(id);
  }, []);
  const add = (type: NodeType, after: Exit | null) => {
    const added = addStep(graph, type, after, systemNewId);
    change(tidy(added.graph));
    setFitKey((key) => key + 1);
    open(added.id);
  };
  const show = (next: Graph) => {
    change(next);
    setFitKey((key) => key + 1);
  };
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      editor.dirty && !readOnly && current.pathname !== next.pathname
        ? !window.confirm('Leave without saving the draft?')
        : false,
    enableBeforeUnload: editor.dirty && !readOnly,
  });

  return (
    <Stack gap="md">
      {!readOnly && (
        <Toolbar
          automation={automation}
          editor={editor}
          add={(type) => add(type, freeExit(graph, lastId))}
          tidyUp={() => show(tidy(graph))}
          ready={problems.length === 0}
          closeEditor={closeEditor}
        />
      )}
      {!readOnly && graph.nodes.length === 0 && (
        <Starters use={(starter) => show(starter.build(systemNewId))} />
      )}
      {graph.nodes.length > 0 && (
        <Grid>
          <Grid.Col span={{ base: 12, lg: 9 }}>
            <Canvas
              graph={graph}
              readOnly={readOnly}
              counts={automation.nodeCounts}
              problems={problems}
              summaries={summaries}
              fitKey={fitKey}
              open={open}
              change={change}
            />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 3 }}>
            <Stack gap="md">
              {!readOnly && <Problems graph={graph} problems={problems} open={open} />}
              <Outline graph={graph} problems={readOnly ? [] : problems} summaries={summaries} open={open} />
            </Stack>
          </Grid.Col>
        </Grid>
      )}
      <StepDrawer
        graph={graph}
        node={graph.nodes.find(({ id }) => id === openId)}
        readOnly={readOnly}
        counts={automation.nodeCounts.find(({ nodeId }) => nodeId === openId)}
        context={context}
        onChange={(node) => change(replaceStep(graph, node), node.id)}
        setTargets={(from, targets) => change(setTargets(graph, from, targets, systemNewId))}
        addAfter={(from, type) => add(type, from)}
        remove={(id) => {
          change(removeStep(graph, id));
          setOpenId(null);
        }}
        close={() => setOpenId(null)}
      />
    </Stack>
  );
}

/** What the panels need to know about a graph. */
function useGraphFacts(graph: Graph, openId: string | null) {
  const lists = useQuery(queryFor(contactRoutes.lists)).data?.items;
  const senders = useQuery(queryFor(senderRoutes.list)).data?.items;
  const problems = useMemo(() => validateGraph(graph), [graph]);
  const summaries = useMemo(() => {
    const names = {
      lists: new Map((lists ?? []).map(({ id, name }) => [id, name])),
      senders: new Map((senders ?? []).map(({ id, name }) => [id, name])),
    };
    return new Map(graph.nodes.map((node) => [node.id, stepSummary(node, names)]));
  }, [graph, lists, senders]);
  const preview = usePreviewContact(graph, senders ?? []);
  const own = problems.filter(({ nodeId }) => nodeId !== null && nodeId === openId);
  return {
    problems,
    summaries,
    context: { lists: lists ?? [], senders: senders ?? [], preview, problems: own },
  };
}

interface ToolbarProps {
  automation: AutomationDetail;
  editor: ReturnType<typeof useDraft>;
  add: (type: NodeType) => void;
  tidyUp: () => void;
  ready: boolean;
  closeEditor: (() => void) | undefined;
}

function Toolbar({ automation, editor, add, tidyUp, ready, closeEditor }: ToolbarProps) {
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

function Starters({ use }: { use: (starter: Starter) => void }) {
  return (
    <Alert variant="outline" color="indigo" title="This automation is empty">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          Begin with a starter and change it, or add the first step, a Segment, from the menu above.
        </Text>
        {starters.map((starter) => (
          <Group key={starter.name} gap="sm">
            <Button variant="default" onClick={() => use(starter)}>
              Use starter: {starter.name}
            </Button>
            <Text size="sm">{starter.about}</Text>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
