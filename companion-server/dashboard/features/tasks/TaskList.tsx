import { Badge, Checkbox, Drawer, Group, Paper, Stack, Text, UnstyledButton } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { type TaskGroup, type TaskItem, taskRoutes } from '#shared/contract/task.ts';
import { Empty } from '../../components/Empty.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Time } from '../../components/Time.tsx';
import { ApproveSelected } from './ApproveSelected.tsx';
import { groupWords, nameOf, timeOf } from './groups.ts';
import { SettleSelected } from './SettleSelected.tsx';
import { TaskDetail } from './TaskDetail.tsx';

/** One group: arrows or j and k walk, Enter opens what to do; approvals and unsettled steps can be chosen and decided together. */
export function TaskList({ group }: { group: TaskGroup }) {
  const [openId, setOpenId] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { empty, label } = groupWords[group];
  const toggle = (id: string) =>
    setChosen((now) => (now.includes(id) ? now.filter((each) => each !== id) : [...now, id]));
  return (
    <PagedList
      route={taskRoutes.list}
      input={{ query: { group } }}
      what="tasks"
      empty={<Empty title={empty.title} text={empty.text} />}
    >
      {(items) => {
        const open = items.find(({ id }) => id === openId);
        return (
          <Stack gap="sm">
            {group === 'approval' && <ApproveSelected items={items} chosen={chosen} choose={setChosen} />}
            {group === 'unknown' && items.length > 1 && (
              <SettleSelected items={items} chosen={chosen} choose={setChosen} />
            )}
            <Stack
              component="ul"
              gap="xs"
              m={0}
              p={0}
              style={{ listStyle: 'none' }}
              aria-label={label}
              onKeyDown={walk}
            >
              {items.map((item) => (
                <Row
                  key={item.id}
                  item={item}
                  isChosen={chosen.includes(item.id)}
                  canChoose={group === 'approval' || (group === 'unknown' && items.length > 1)}
                  toggle={() => toggle(item.id)}
                  open={() => setOpenId(item.id)}
                />
              ))}
            </Stack>
            <Drawer
              opened={open !== undefined}
              onClose={() => setOpenId(null)}
              position="right"
              size="lg"
              title={open && `${nameOf(open)}: ${open.contactName}`}
            >
              {open && <TaskDetail key={open.id} item={open} close={() => setOpenId(null)} />}
            </Drawer>
          </Stack>
        );
      }}
    </PagedList>
  );
}

const steps: Record<string, 1 | -1> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** Moves the focus from row to row. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (step === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row.parentElement?.contains(document.activeElement));
  const next = rows[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

interface RowProps {
  item: TaskItem;
  isChosen: boolean;
  canChoose: boolean;
  toggle: () => void;
  open: () => void;
}

function Row({ item, isChosen, canChoose, toggle, open }: RowProps) {
  const said = item.group === 'manual' ? item.instruction : textOf(item);
  return (
    <Paper component="li" withBorder>
      <Group wrap="nowrap" gap={0} align="stretch">
        {canChoose && (
          <Checkbox
            size="md"
            pl="md"
            pt="sm"
            checked={isChosen}
            onChange={toggle}
            aria-label={`Choose ${item.group === 'approval' ? 'the text' : nameOf(item)} to ${item.contactName}`}
          />
        )}
        <UnstyledButton data-row p="sm" flex={1} miw={0} onClick={open}>
          <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
            <Text fw={600} truncate>
              {item.contactName}
            </Text>
            <Group gap="xs" wrap="nowrap">
              {item.group === 'manual' && item.overdue && (
                <Badge variant="outline" color="red" size="sm">
                  Overdue
                </Badge>
              )}
              <Text size="sm" c="dimmed" component="span" style={{ whiteSpace: 'nowrap' }}>
                {item.group === 'manual' && 'Due '}
                <Time at={timeOf(item)} />
              </Text>
            </Group>
          </Group>
          <Text size="sm" c="dimmed" truncate>
            {nameOf(item)} as {item.senderName ?? 'nobody yet'}, in {item.automationName}
          </Text>
          <Text size="sm" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
            {said}
          </Text>
        </UnstyledButton>
      </Group>
    </Paper>
  );
}

function textOf(item: Exclude<TaskItem, { group: 'manual' }>): string {
  if (item.group === 'approval') return item.text ?? 'Without a note';
  if (item.group === 'reply') return item.message?.text ?? item.sentence;
  return item.sentence;
}
