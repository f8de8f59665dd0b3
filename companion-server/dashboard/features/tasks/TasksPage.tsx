import { Badge, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type TaskCounts, type TaskGroup, taskGroup, taskRoutes } from '#shared/contract/task.ts';
import { queryFor } from '../../api/client.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { countText, groupsInOrder, groupWords } from './groups.ts';
import { TaskList } from './TaskList.tsx';

/** Everything that waits for a person, in tabs, each item with what to do about it. */
export function TasksPage() {
  const counts = useQuery(queryFor(taskRoutes.counts));
  return (
    <Page title="Tasks" text="What does not go on before somebody has done or said something.">
      <Loaded query={counts} what="the tasks">
        {(data) => <Groups counts={data} />}
      </Loaded>
    </Page>
  );
}

function Groups({ counts }: { counts: TaskCounts }) {
  const asked = useSearch({ from: '/shell/tasks' }).group;
  const navigate = useNavigate();
  // Kept while the counts change: nobody is taken out of what they are typing.
  const [first] = useState(() => firstWaiting(counts));
  const group = asked ?? first;
  return (
    <Tabs
      value={group}
      keepMounted={false}
      onChange={(value) =>
        void navigate({ to: '/tasks', search: { group: taskGroup.parse(value) }, replace: true })
      }
    >
      <Tabs.List mb="md" aria-label="Kinds of tasks">
        {groupsInOrder.map((one) => (
          <Tabs.Tab
            key={one}
            value={one}
            rightSection={
              counts[one] > 0 && (
                <Badge variant="default" size="sm">
                  {countText(counts[one])}
                </Badge>
              )
            }
          >
            {groupWords[one].label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {groupsInOrder.map((one) => (
        <Tabs.Panel key={one} value={one}>
          <Text c="dimmed" size="sm" maw={720} mb="md">
            {groupWords[one].text}
          </Text>
          <TaskList group={one} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** Without a choice the first tab in which something waits. */
function firstWaiting(counts: TaskCounts): TaskGroup {
  return groupsInOrder.find((group) => counts[group] > 0) ?? 'approval';
}
