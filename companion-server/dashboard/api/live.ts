import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
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

/** Keeps what is on screen fresh from the server's event stream; the browser reconnects by itself. */
export function useLiveUpdates(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const leaving = new AbortController();
    const source = new EventSource(workspaceRoutes.stream.path);
    let topics = new Set<string>();
    let lost = false;
    const note = async (topic: string) => {
      topics.add(topic);
      if (topics.size > 1) return;
      try {
        await systemTimers.sleep(GATHER_MS, leaving.signal);
      } catch {
        return;
      }
      const gathered = topics;
      topics = new Set();
      refresh(queryClient, gathered);
    };
    source.addEventListener('change', (event) => {
      const parsed = changeEvent.safeParse(parseJson(String(event.data)));
      void note(parsed.success ? parsed.data.topic : 'unknown');
    });
    source.addEventListener('error', () => {
      lost = true;
    });
    source.addEventListener('open', () => {
      if (lost) void note('reconnected');
      lost = false;
    });
    return () => {
      leaving.abort();
      source.close();
    };
  }, [queryClient]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
