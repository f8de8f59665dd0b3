import { Alert, AppShell, Badge, Box, Burger, Group, NavLink, Text, VisuallyHidden } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAffiliate,
  IconBan,
  IconChecklist,
  IconHome,
  IconId,
  IconInbox,
  IconInfoCircle,
  IconSettings,
  IconTemplate,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { inboxRoutes } from '#shared/contract/inbox.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useLiveUpdates } from '../../api/live.ts';
import { TextLink } from '../../components/Link.tsx';
import { RedDotLink } from '../../components/RedDot.tsx';
import { countText } from '../tasks/groups.ts';
import { UserMenu } from './UserMenu.tsx';

const entries = [
  { to: '/', label: 'Home', Icon: IconHome },
  { to: '/automations', label: 'Automations', Icon: IconAffiliate },
  { to: '/contacts', label: 'Contacts', Icon: IconUsers },
  { to: '/inbox', label: 'Inbox', Icon: IconInbox },
  { to: '/tasks', label: 'Tasks', Icon: IconChecklist },
  { to: '/senders', label: 'Sender profiles', Icon: IconId },
  { to: '/templates', label: 'Templates', Icon: IconTemplate },
  { to: '/stoplist', label: 'Stoplist', Icon: IconBan },
  { to: '/statuses', label: 'Status dictionary', Icon: IconInfoCircle },
  { to: '/settings', label: 'Settings', Icon: IconSettings },
] as const;

/** Header, menu and the current screen; keeps what is shown live. */
export function Shell() {
  const isLost = useLiveUpdates();
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const me = useQuery(queryFor(workspaceRoutes.me));
  const home = useQuery(queryFor(workspaceRoutes.home));
  const main = useFocusOnNavigation(pathname);
  const inactive = home.data?.senders.find(({ redDot }) => redDot.linkedin || redDot.email);
  const counts = useQuery(queryFor(taskRoutes.counts));
  const inbox = useQuery(queryFor(inboxRoutes.counts));
  const waiting = Object.values(counts.data ?? {}).reduce((sum, count) => sum + count, 0);
  const waitingAt: Record<string, number> = { '/tasks': waiting, '/inbox': inbox.data?.unread ?? 0 };
  const dot = inactive && (
    <RedDotLink
      label="An account of a sender profile is Inactive"
      senderId={inactive.id}
      channel={inactive.redDot.linkedin ? 'linkedin' : 'email'}
    />
  );

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label="Menu"
              aria-expanded={opened}
            />
            <Text fw={700}>Rapport</Text>
            <Text c="dimmed" truncate visibleFrom="xs">
              {me.data?.workspace.name}
            </Text>
          </Group>
          <UserMenu me={me.data} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Main menu">
        {entries.map(({ to, label, Icon }) => (
          <MenuLink
            key={to}
            active={to === '/' ? pathname === '/' : pathname.startsWith(to)}
            label={label}
            icon={<Icon aria-hidden size={18} stroke={1.5} />}
            mark={<Waiting count={waitingAt[to] ?? 0} />}
            dot={to === '/senders' && dot}
            renderLink={(props) => <Link to={to} {...props} onClick={close} />}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" ref={main} tabIndex={-1}>
        {isLost && (
          <Alert color="orange" variant="outline" mb="md" role="status" title="The server cannot be reached">
            What you see may be old. It refreshes by itself when the server answers again.
          </Alert>
        )}
        {home.data?.stopped && pathname !== '/' && (
          <Alert color="red" variant="outline" mb="md" role="status">
            Everything is stopped: nothing is sent and nothing is done on LinkedIn.{' '}
            {me.data?.role === 'rep' ? (
              'An owner or a manager can resume.'
            ) : (
              <TextLink to="/">Resume on Home</TextLink>
            )}
          </Alert>
        )}
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function Waiting({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <Badge variant="default" size="sm">
      {countText(count)}
      <VisuallyHidden> waiting</VisuallyHidden>
    </Badge>
  );
}

interface MenuLinkProps {
  active: boolean;
  label: string;
  icon: ReactNode;
  /** Says that something waits there. */
  mark: ReactNode;
  /** A link of its own, so beside the entry and not in it. */
  dot: ReactNode;
  renderLink: (props: Record<string, unknown>) => ReactNode;
}

function MenuLink({ active, label, icon, mark, dot, renderLink }: MenuLinkProps) {
  return (
    <Box pos="relative">
      <NavLink
        active={active}
        aria-current={active ? 'page' : undefined}
        label={label}
        leftSection={icon}
        rightSection={mark}
        variant="light"
        style={{ borderRadius: 'var(--mantine-radius-md)' }}
        renderRoot={renderLink}
      />
      {dot && (
        <Box pos="absolute" right={8} top={8}>
          {dot}
        </Box>
      )}
    </Box>
  );
}

/** After going to another screen, keyboard and screen reader start at its top. */
function useFocusOnNavigation(pathname: string) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
