import { Button, List, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { exitsOf, type Graph, type GraphNode, type GraphProblem } from '#shared/automation/graph.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { Section } from '../../../components/Section.tsx';
import { exitLabels, stepName } from './catalogue.ts';
import { readingOrder } from './graphEdits.ts';
import { countsOf, countWords } from './StepNode.tsx';

interface Props {
  graph: Graph;
  problems: readonly GraphProblem[];
  summaries: ReadonlyMap<string, string>;
  /** Null: it never ran. */
  counts: AutomationDetail['nodeCounts'] | null;
  open: (id: string) => void;
}

/** The steps as a list: for the keyboard, for screen readers, and instead of the picture on narrow screens. */
export function Outline({ graph, problems, summaries, counts, open }: Props) {
  const order = readingOrder(graph);
  const numbers = new Map(order.map(({ id }, index) => [id, index + 1]));
  return (
    <Section title="Steps">
      <List type="ordered" spacing="xs" size="sm">
        {order.map((node) => (
          <List.Item key={node.id}>
            <UnstyledButton fz="sm" onClick={() => open(node.id)} style={{ textDecoration: 'underline' }}>
              {stepName(node)}
            </UnstyledButton>
            <Text size="xs" c="dimmed">
              {summaries.get(node.id)}
              {problems.some(({ nodeId }) => nodeId === node.id) && ' · to fix'}
            </Text>
            {exitsOf(node).length > 0 && (
              <Text size="xs" c="dimmed">
                {waysOn(graph, node, numbers)}
              </Text>
            )}
            {counts && (
              <Text size="xs" className="tabular">
                {countWords(countsOf(counts, node.id)).join(', ')}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

/** "Yes → 5, no → 2 (loop)": by the numbers of the list. */
function waysOn(graph: Graph, node: GraphNode, numbers: ReadonlyMap<string, number>): string {
  const ways = exitsOf(node).map((exit) => {
    const edges = graph.edges.filter((edge) => edge.source === node.id && edge.exit === exit);
    const targets = edges.map(({ target, loop }) => `${numbers.get(target) ?? '?'}${loop ? ' (loop)' : ''}`);
    return `${exitLabels[exit]} → ${targets.join(' and ') || 'the branch ends'}`.trim();
  });
  return ways.join(', ');
}

/** Everything that stops this graph from starting, each leading to its step. */
export function Problems({ graph, problems, open }: Omit<Props, 'summaries' | 'counts'>) {
  if (problems.length === 0) return null;
  const numbers = new Map(readingOrder(graph).map(({ id }, index) => [id, index + 1]));
  return (
    <Section title={`To fix before it can start: ${problems.length}`}>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {problems.map(({ code, nodeId, field, message }) => {
          const node = graph.nodes.find(({ id }) => id === nodeId);
          return (
            <li key={`${code}-${nodeId}-${field}-${message}`}>
              {node ? (
                <Button
                  variant="default"
                  h="auto"
                  py="xs"
                  fullWidth
                  justify="flex-start"
                  leftSection={
                    <IconAlertTriangle aria-hidden size={16} color="var(--mantine-color-orange-6)" />
                  }
                  styles={{
                    label: { whiteSpace: 'normal', textAlign: 'left', fontWeight: 400, lineHeight: 1.4 },
                  }}
                  onClick={() => open(node.id)}
                >
                  {numbers.get(node.id)}. {stepName(node)}: {message}
                </Button>
              ) : (
                <Text size="sm">{message}</Text>
              )}
            </li>
          );
        })}
      </Stack>
    </Section>
  );
}
