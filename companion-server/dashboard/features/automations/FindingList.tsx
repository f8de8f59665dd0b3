import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { z } from 'zod';
import type { Graph } from '#shared/automation/graph.ts';
import type { preflightFinding } from '#shared/contract/automation.ts';
import { stepName } from './builder/catalogue.ts';
import { readingOrder } from './builder/graphEdits.ts';

interface Props {
  findings: readonly z.output<typeof preflightFinding>[];
  graph: Graph;
}

/** What the check against the real contacts found, with the step and the first names. */
export function FindingList({ findings, graph }: Props) {
  return (
    <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Findings">
      {findings.map((finding) => (
        <Alert
          component="li"
          role="listitem"
          key={`${finding.code}-${finding.nodeId}-${finding.message}`}
          variant="outline"
          color={finding.severity === 'error' ? 'red' : 'orange'}
          icon={<IconAlertTriangle aria-hidden />}
          title={`${finding.severity === 'error' ? 'Must be fixed' : 'Warning'}${ofStep(graph, finding.nodeId)}`}
        >
          <Text size="sm">{finding.message}</Text>
          {finding.examples.length > 0 && (
            <Text size="sm">
              {finding.examples.join(', ')}
              {finding.count !== null &&
                finding.count > finding.examples.length &&
                ` and ${finding.count - finding.examples.length} more`}
            </Text>
          )}
        </Alert>
      ))}
    </Stack>
  );
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
