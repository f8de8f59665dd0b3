import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { changeEvent, workspaceRoutes } from '#shared/contract/workspace.ts';
import { systemTimers } from '#shared/kernel/clock.ts';

const senders = '/api/v1/senders';
const automations = '/api/v1/automations';
const contacts = '/api/v1/contacts';
const home = '/api/v1/home';
const tasks = '/api/v1/tasks';
const inbox = '/api/v1/inbox';

/** Which screens a topic concerns. A topic that is not listed refreshes all of them. */
const topicPaths: Record<string, readonly string[]> = {
  sender: [senders, home, automations],
  channel: [senders, home, automations],
  device: [senders, home],
  mailbox: [senders, home],
  automation: [automations, home],
  bulk: [automations],
  enrollment: [automations, contacts, home, tasks, inbox],
  task: [tasks, automations, contacts, senders, home],
  contact: [contacts],
  thread: [inbox, contacts, '/api/v1/mail-reports'],
  message: [inbox, contacts],
  import: ['/api/v1/imports', contacts, '/api/v1/lists'],
  list: ['/api/v1/lists'],
  stoplist: ['/api/v1/stoplist', contacts],
};

/** The paths to refresh for these topics; null: everything. */
export function pathsOf(topics: ReadonlySet<string>): Set<string> | null {
  const paths = new Set<string>();
  for (const topic of topics) {
    const listed = topicPaths[topic];
    if (!listed) return null;
    for (const path of listed) paths.add(path);
  }
  return paths;
}

function refresh(queryClient: QueryClient, topics: ReadonlySet<string>): void {
  const paths = pathsOf(topics);
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) => {
      const path = queryKey[0];
      return paths === null || (typeof path === 'string' && [...paths].some((one) => path.startsWith(one)));
    },
  });
}

/** How long changes are gathered before the screen asks again. */
const GATHER_MS = 300;

/** A stream that is down for longer is told: what a server's restart takes, and some more. */
const TOLD_AFTER_MS = 10_000;
/**
 * The browser reconnects by itself where the connection broke, and gives up where it got another answer, like a proxy's
 * 502: then a new stream is opened after this long.
 */
const REOPENED_AFTER_MS = 5_000;

/**
 * Keeps what is on screen fresh from the server's event stream. True: the server has not been reached for ten seconds,
 * and what is on screen may be old.
 */
export function useLiveUpdates(): boolean {
  const queryClient = useQueryClient();
  const [isLost, setIsLost] = useState(false);
  useEffect(() => {
    const leaving = new AbortController();
    follow(queryClient, setIsLost, leaving.signal);
    return () => leaving.abort();
  }, [queryClient]);
  return isLost;
}

function follow(queryClient: QueryClient, tellLost: (isLost: boolean) => void, signal: AbortSignal): void {
  let topics = new Set<string>();
  let isDown = false;
  const later = (ms: number, work: () => void) =>
    void systemTimers.sleep(ms, signal).then(work, () => {
      // The screen was left.
    });
  const note = (topic: string) => {
    topics.add(topic);
    if (topics.size > 1) return;
    later(GATHER_MS, () => {
      const gathered = topics;
      topics = new Set();
      refresh(queryClient, gathered);
    });
  };
  function open(): void {
    const source = new EventSource(workspaceRoutes.stream.path);
    signal.addEventListener('abort', () => source.close(), { once: true });
    source.addEventListener('change', (event) => {
      const parsed = changeEvent.safeParse(parseJson(String(event.data)));
      note(parsed.success ? parsed.data.topic : 'unknown');
    });
    source.addEventListener('error', () => {
      if (!isDown) later(TOLD_AFTER_MS, () => tellLost(isDown));
      isDown = true;
      if (source.readyState !== EventSource.CLOSED) return;
      // Refused: whether the member is still signed in is told by an ordinary request.
      void queryClient.invalidateQueries({ queryKey: [workspaceRoutes.me.path] });
      later(REOPENED_AFTER_MS, open);
    });
    source.addEventListener('open', () => {
      if (isDown) note('reconnected');
      isDown = false;
      tellLost(false);
    });
  }
  open();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
