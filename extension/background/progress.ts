import type { Activity, StateStore } from '../storage/state.ts';
import type { Progress } from './runner/ports.ts';

/** Keeps what the runner does just now where popup and side panel see it. */
export async function showProgress(store: StateStore, progress: Progress): Promise<void> {
  await store.set('activity', activityOf(progress));
}

function activityOf(progress: Progress): Activity {
  const nothing = {
    phase: null,
    kind: null,
    contactName: null,
    automationName: null,
    reason: null,
    until: null,
  };
  switch (progress.state) {
    case 'idle':
      return { ...nothing, state: 'idle', reason: progress.reason, until: progress.until };
    case 'watching':
    case 'importing':
      return { ...nothing, state: progress.state };
    case 'working': {
      const { phase, kind, contactName, automationName } = progress;
      return { ...nothing, state: 'working', phase, kind, contactName, automationName };
    }
  }
}
