import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { z } from 'zod';
import type { Graph } from '#shared/automation/graph.ts';
import type { preflightFinding } from '#shared/contract/automation.ts';
import { stepName } from './builder/catalogue.ts';
import { readingOrder } from './builder/graphEdits.ts';

type Finding = z.output<typeof preflightFinding>;

interface Props {
  findings: readonly Finding[];
  graph: Graph;
}

/** What the check against the real contacts found, step by step, with the first names. */
export function FindingList({ findings, graph }: Props) {
  return (
    <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Findings">
      {byStep(findings).map(([first, ...others]) => (
        <Alert
          component="li"
          role="listitem"
          key={`${first.severity}-${first.nodeId}`}
          variant="outline"
          color={first.severity === 'error' ? 'red' : 'orange'}
          icon={<IconAlertTriangle aria-hidden />}
          title={`${first.severity === 'error' ? 'Must be fixed' : 'Warning'}${ofStep(graph, first.nodeId)}`}
        >
          <Stack gap="xs">
            {[first, ...others].map((finding) => (
              <Words key={`${finding.code}-${finding.message}`} finding={finding} />
            ))}
          </Stack>
        </Alert>
      ))}
    </Stack>
  );
}

function Words({ finding: { message, examples, count } }: { finding: Finding }) {
  const others = (count ?? 0) - examples.length;
  return (
    <Stack gap={0}>
      <Text size="sm">{message}</Text>
      {examples.length > 0 && (
        <Text size="sm" c="dimmed">
          {examples.join(', ')}
          {others > 0 && ` and ${others} more`}
        </Text>
      )}
    </Stack>
  );
}

/** Errors and warnings of one step stand together, in the order in which the first of them was found. */
function byStep(findings: readonly Finding[]): [Finding, ...Finding[]][] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.nodeId}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()];
}

function ofStep(graph: Graph, nodeId: string | null): string {
  const name = nodeId === null ? null : numberedName(graph, nodeId);
  return name === null ? '' : `: ${name}`;
}

/** The step with its number in reading order, since two may have one name; null: it is not in the graph. */
export function numberedName(graph: Graph, nodeId: string): string | null {
  const steps = readingOrder(graph);
  const at = steps.findIndex(({ id }) => id === nodeId);
  const node = steps[at];
  return node ? `${at + 1}. ${stepName(node)}` : null;
}
