import { Button, type ButtonProps, Menu, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { NodeType } from '#shared/automation/graph.ts';
import { catalogue, paletteOrder } from './catalogue.ts';
import { stepIcons } from './stepIcons.ts';

interface Props extends ButtonProps {
  label: string;
  onAdd: (type: NodeType) => void;
  without?: readonly NodeType[];
}

/** A menu of all kinds of steps. */
export function Palette({ label, onAdd, without = [], ...button }: Props) {
  const shown = paletteOrder.filter((type) => !without.includes(type));
  const groups = [...new Set(shown.map((type) => catalogue[type].group))];
  return (
    <Menu
      position="bottom-start"
      width={300}
      withinPortal={false}
      withInitialFocusPlaceholder={false}
      menuItemTabIndex={0}
    >
      <Menu.Target>
        <Button leftSection={<IconPlus aria-hidden size={16} />} {...button}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        {groups.map((group) => (
          <div key={group}>
            <Menu.Label c="dimmed">{group}</Menu.Label>
            {shown
              .filter((type) => catalogue[type].group === group)
              .map((type) => {
                const { label: name, about } = catalogue[type];
                const Icon = stepIcons[type];
                return (
                  <Menu.Item
                    key={type}
                    aria-label={name}
                    leftSection={<Icon aria-hidden size={18} stroke={1.5} />}
                    onClick={() => onAdd(type)}
                  >
                    {name}
                    <Text size="xs" c="dimmed">
                      {about}
                    </Text>
                  </Menu.Item>
                );
              })}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
