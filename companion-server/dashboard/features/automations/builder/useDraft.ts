import { useReducer } from 'react';
import type { Graph } from '#shared/automation/graph.ts';

export interface Draft {
  name: string;
  graph: Graph;
}

interface History {
  past: Draft[];
  now: Draft;
  future: Draft[];
  saved: Draft;
  /** What the last change was about: a row of changes of one thing is undone in one go. */
  about: string | null;
}

type Change =
  | { type: 'change'; draft: Draft; about: string | null }
  | { type: 'undo' }
  | { type: 'redo' }
  | { type: 'saved'; draft: Draft };

const KEEP = 100;

/** Pure: what a change makes of the draft and its history. */
export function changeHistory(history: History, change: Change): History {
  const { past, now, future } = history;
  switch (change.type) {
    case 'change': {
      const goesOn = change.about !== null && change.about === history.about && past.length > 0;
      const kept = goesOn ? past : [...past, now].slice(-KEEP);
      return { ...history, past: kept, now: change.draft, future: [], about: change.about };
    }
    case 'undo': {
      const before = past.at(-1);
      return before
        ? { ...history, past: past.slice(0, -1), now: before, future: [now, ...future], about: null }
        : history;
    }
    case 'redo': {
      const [after, ...rest] = future;
      return after ? { ...history, past: [...past, now], now: after, future: rest, about: null } : history;
    }
    case 'saved':
      return { ...history, saved: change.draft };
  }
}

/** The draft being edited, with undo and redo, and whether it differs from what is saved. */
export function useDraft(initial: Draft) {
  const [history, dispatch] = useReducer(changeHistory, {
    past: [],
    now: initial,
    future: [],
    saved: initial,
    about: null,
  });
  return {
    draft: history.now,
    dirty: history.now !== history.saved,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: (draft: Draft, about: string | null = null) => dispatch({ type: 'change', draft, about }),
    undo: () => dispatch({ type: 'undo' }),
    redo: () => dispatch({ type: 'redo' }),
    markSaved: (draft: Draft) => dispatch({ type: 'saved', draft }),
  };
}
