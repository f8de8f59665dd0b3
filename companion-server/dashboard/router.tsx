import { QueryCache, QueryClient } from '@tanstack/react-query';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { z } from 'zod';
import { importRowOutcome } from '#shared/contract/contact.ts';
import { taskGroup } from '#shared/contract/task.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { enrollmentStatus } from '#shared/statuses/engine.ts';
import { ProblemError, queryFor } from './api/client.ts';
import { RouteProblem } from './components/RouteProblem.tsx';
import { inboxSearch } from './features/inbox/search.ts';
import { senderTab } from './features/senders/senderTab.ts';
import { Shell } from './features/shell/Shell.tsx';

/** Retries only what a second attempt can heal: no answer, or a failing server. */
function mayRetry(failures: number, error: Error): boolean {
  const status = error instanceof ProblemError ? error.problem.status : 0;
  return failures < 2 && (status === 0 || status >= 502);
}

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: mayRetry, staleTime: 10_000, refetchOnWindowFocus: true } },
  queryCache: new QueryCache({
    onError: (error) => {
      if (!(error instanceof ProblemError) || error.problem.status !== 401) return;
      const { pathname, href } = router.state.location;
      if (pathname !== '/login') void router.navigate({ to: '/login', search: { redirect: href } });
    },
  }),
});

const rootRoute = createRootRoute({ component: Outlet, errorComponent: RouteProblem });

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: z.object({ token: z.coerce.string().catch('') }),
  component: lazyRouteComponent(() => import('./features/session/SetupPage.tsx'), 'SetupPage'),
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: z.object({ redirect: z.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/session/LoginPage.tsx'), 'LoginPage'),
});

const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/join',
  validateSearch: z.object({ invitation: z.string().catch(''), email: z.string().catch('') }),
  component: lazyRouteComponent(() => import('./features/session/JoinPage.tsx'), 'JoinPage'),
});

/** Everything that needs a signed-in member. */
const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(queryFor(workspaceRoutes.me));
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 401) {
        throw redirect({ to: '/login', search: { redirect: location.href } });
      }
      throw error;
    }
  },
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./features/home/HomePage.tsx'), 'HomePage'),
});

const sendersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/senders',
  component: lazyRouteComponent(() => import('./features/senders/SendersPage.tsx'), 'SendersPage'),
});

const senderRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/senders/$senderId',
  validateSearch: z.object({ tab: senderTab.optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/senders/SenderPage.tsx'), 'SenderPage'),
});

const resumeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/senders/$senderId/resume',
  validateSearch: z.object({ channel: z.enum(['linkedin', 'email']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/senders/ResumePage.tsx'), 'ResumePage'),
});

const deviceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/device',
  validateSearch: z.object({ user_code: z.coerce.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/senders/DevicePage.tsx'), 'DevicePage'),
});

/** The address that the extension is told to show. */
const pairRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/pair',
  validateSearch: z.object({ user_code: z.coerce.string().optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/senders/DevicePage.tsx'), 'DevicePage'),
});

const contactsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts',
  validateSearch: z.object({
    search: z.coerce.string().optional().catch(undefined),
    listId: z.string().optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./features/contacts/ContactsPage.tsx'), 'ContactsPage'),
});

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts/import',
  component: lazyRouteComponent(() => import('./features/contacts/ImportPage.tsx'), 'ImportPage'),
});

const importResultRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts/import/$importId',
  validateSearch: z.object({ outcome: importRowOutcome.optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/contacts/ImportResultPage.tsx'), 'ImportResultPage'),
});

const contactBinRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts/bin',
  component: lazyRouteComponent(() => import('./features/contacts/BinPage.tsx'), 'BinPage'),
});

const contactListsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts/lists',
  component: lazyRouteComponent(() => import('./features/contacts/ListsPage.tsx'), 'ListsPage'),
});

const contactRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts/$contactId',
  component: lazyRouteComponent(() => import('./features/contacts/ContactPage.tsx'), 'ContactPage'),
});

const automationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/automations',
  component: lazyRouteComponent(
    () => import('./features/automations/AutomationsPage.tsx'),
    'AutomationsPage',
  ),
});

const automationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/automations/$automationId',
  validateSearch: z.object({
    tab: z.enum(['graph', 'contacts', 'versions', 'figures']).optional().catch(undefined),
    /** Shows the contacts with this status. */
    status: enrollmentStatus.optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import('./features/automations/AutomationPage.tsx'), 'AutomationPage'),
});

const tasksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/tasks',
  validateSearch: z.object({ group: taskGroup.optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./features/tasks/TasksPage.tsx'), 'TasksPage'),
});

const inboxRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/inbox',
  validateSearch: inboxSearch,
  component: lazyRouteComponent(() => import('./features/inbox/InboxPage.tsx'), 'InboxPage'),
});

const templatesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/templates',
  component: lazyRouteComponent(() => import('./features/templates/TemplatesPage.tsx'), 'TemplatesPage'),
});

const stoplistRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/stoplist',
  component: lazyRouteComponent(() => import('./features/stoplist/StoplistPage.tsx'), 'StoplistPage'),
});

const statusesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/statuses',
  component: lazyRouteComponent(() => import('./features/statuses/StatusesPage.tsx'), 'StatusesPage'),
});

const webhooksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./features/webhooks/WebhooksPage.tsx'), 'WebhooksPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./features/settings/SettingsPage.tsx'), 'SettingsPage'),
});

const routeTree = rootRoute.addChildren([
  setupRoute,
  loginRoute,
  joinRoute,
  shellRoute.addChildren([
    homeRoute,
    sendersRoute,
    senderRoute,
    resumeRoute,
    deviceRoute,
    pairRoute,
    contactsRoute,
    importRoute,
    contactBinRoute,
    contactListsRoute,
    importResultRoute,
    contactRoute,
    automationsRoute,
    automationRoute,
    tasksRoute,
    inboxRoute,
    stoplistRoute,
    templatesRoute,
    statusesRoute,
    webhooksRoute,
    settingsRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultErrorComponent: RouteProblem,
  defaultNotFoundComponent: () => <RouteProblem error={new Error('There is no such page.')} />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
