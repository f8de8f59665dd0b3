import { Grid, Stack } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { Graph } from '#shared/automation/graph.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { useIsManager } from '../../../components/ManagersOnly.tsx';
import { SendersPanel } from '../senders/SendersDrawer.tsx';
import { Canvas } from './Canvas.tsx';
import {
  addStep,
  duplicateStep,
  freeExit,
  insertStep,
  removeStep,
  replaceStep,
  setLoop,
  setTargets,
} from './graphEdits.ts';
import { tidy } from './layout.ts';
import { Outline, Problems } from './Outline.tsx';
import { Starters } from './Starters.tsx';
import { StepDrawer } from './StepDrawer.tsx';
import { countsOf } from './StepNode.tsx';
import { Toolbar } from './Toolbar.tsx';
import { useDraft } from './useDraft.ts';
import { useGraphFacts } from './useGraphFacts.ts';

interface BuilderProps {
  automation: AutomationDetail;
  /** Edits the draft beside what runs. */
  editing?: boolean;
  /** This is what runs now: its Sender Profile step opens the panel of its senders. */
  managesSenders?: boolean;
  closeEditor?: () => void;
}

/** Canvas, panels and toolbar of one automation; once it was started it is read-only but for its draft. */
export function Builder({ automation, editing = false, managesSenders = false, closeEditor }: BuilderProps) {
  const isManager = useIsManager();
  const readOnly = !isManager || (automation.status !== 'draft' && !editing);
  const editor = useDraft({ name: automation.name, graph: editing ? automation.draft : automation.graph });
  const graph = readOnly ? automation.graph : editor.draft.graph;
  const [openId, setOpenId] = useState<string | null>(null);
  const [lastId, setLastId] = useState<string | null>(null);
  const [fitKey, setFitKey] = useState(0);
  const counts = automation.versionNumber === null ? null : automation.nodeCounts;
  const node = graph.nodes.find(({ id }) => id === openId);
  // Who sends is not part of the version: it is changed while it runs.
  const showsSenders = managesSenders && readOnly && node?.type === 'sender_profile';
  const { summaries, context, problems } = useGraphFacts(graph, automation.id, openId);

  const change = (next: Graph, about: string | null = null) =>
    editor.change({ ...editor.draft, graph: next }, about);
  const open = useCallback((id: string) => {
    setOpenId(id);
    setLastId(id);
  }, []);
  const show = (next: Graph) => {
    change(next);
    setFitKey((key) => key + 1);
  };
  const showNew = (added: { graph: Graph; id: string } | null) => {
    if (!added) return;
    show(tidy(added.graph));
    open(added.id);
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
          add={(type) => showNew(addStep(graph, type, freeExit(graph, lastId), systemNewId))}
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
              counts={counts}
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
              <Outline
                graph={graph}
                problems={readOnly ? [] : problems}
                summaries={summaries}
                counts={counts}
                open={open}
              />
            </Stack>
          </Grid.Col>
        </Grid>
      )}
      <StepDrawer
        graph={graph}
        node={showsSenders ? undefined : node}
        readOnly={readOnly}
        counts={counts && openId !== null ? countsOf(counts, openId) : null}
        context={context}
        onChange={(changed) => change(replaceStep(graph, changed), changed.id)}
        edges={{
          setTargets: (from, targets) => change(setTargets(graph, from, targets, systemNewId)),
          addAfter: (from, type) => showNew(addStep(graph, type, from, systemNewId)),
          insertAfter: (from, type) => showNew(insertStep(graph, type, from, systemNewId)),
          setLoop: (edgeId, maxVisits) => change(setLoop(graph, edgeId, maxVisits), edgeId),
        }}
        duplicate={(id) => showNew(duplicateStep(graph, id, systemNewId))}
        remove={(id) => {
          change(removeStep(graph, id));
          setOpenId(null);
        }}
        close={() => setOpenId(null)}
      />
      <SendersPanel automationId={automation.id} opened={showsSenders} close={() => setOpenId(null)} />
    </Stack>
  );
}
