import {
  Button,
  Group,
  Menu,
  SegmentedControl,
  Text,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { MeView } from '#shared/contract/workspace.ts';
import { signOut } from '../../api/auth.ts';

const schemes = [
  { value: 'light', label: 'Light', Icon: IconSun },
  { value: 'dark', label: 'Dark', Icon: IconMoon },
  { value: 'auto', label: 'As the system', Icon: IconDeviceDesktop },
] as const;

/** Colour scheme, who is signed in, and the way out. */
export function UserMenu({ me }: { me: MeView | undefined }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const leave = async () => {
    const problem = await signOut();
    if (problem) {
      notifications.show({ color: 'red', title: 'Still signed in', message: problem.detail });
      return;
    }
    await navigate({ to: '/login', search: {} });
    queryClient.clear();
  };
  return (
    <Group gap="xs" wrap="nowrap">
      <ColourScheme />
      <Menu
        position="bottom-end"
        withinPortal={false}
        withInitialFocusPlaceholder={false}
        menuItemTabIndex={0}
      >
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            c="var(--mantine-color-text)"
            px="xs"
            leftSection={<IconUserCircle aria-hidden size={20} />}
          >
            <Text size="sm" visibleFrom="md">
              {me?.name ?? 'Account'}
            </Text>
            <VisuallyHidden>Account menu</VisuallyHidden>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label c="dimmed">
            {me?.email} ({me?.role})
          </Menu.Label>
          <Menu.Item leftSection={<IconLogout aria-hidden size={16} />} onClick={() => void leave()}>
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      size="xs"
      aria-label="Colour scheme"
      value={colorScheme}
      onChange={(value) => setColorScheme(value === 'dark' || value === 'light' ? value : 'auto')}
      data={schemes.map(({ value, label, Icon }) => ({
        value,
        label: (
          <>
            <Icon aria-hidden size={16} style={{ display: 'block' }} />
            <VisuallyHidden>{label}</VisuallyHidden>
          </>
        ),
      }))}
    />
  );
}
