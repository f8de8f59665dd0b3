import { Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { automationRoutes } from '#shared/contract/automation.ts';
import { queryFor } from '../../api/client.ts';

/** Opens and clicks of one email step; nothing where the automation tracks neither, or nothing was sent. */
export function EmailFigures({ nodeId }: { nodeId: string }) {
  const { automationId = '' } = useParams({ strict: false });
  const params = { automationId };
  const automation = useQuery({
    ...queryFor(automationRoutes.get, { params }),
    enabled: automationId !== '',
  });
  const isTracked = automation.data?.trackOpens || automation.data?.trackClicks;
  const query = useQuery({
    ...queryFor(automationRoutes.emailStatistics, { params }),
    enabled: isTracked === true,
  });
  const figures = query.data?.items.find((item) => item.nodeId === nodeId);
  if (!figures || figures.sent === 0) return null;
  const { sent, opened, openedByMachines, clicked, clickedByMachines } = figures;
  const share = (part: number) => `${part} (${Math.round((part / sent) * 100)} %)`;
  return (
    <Tooltip
      label={`Programs alone opened ${openedByMachines} and followed links of ${clickedByMachines} more: image proxies and mail scanners. They do not count.`}
      multiline
      maw={320}
    >
      {/* A tooltip must be reachable by keyboard. */}
      <Text size="sm" className="tabular" tabIndex={0}>
        {sent} sent, {share(opened)} opened, {share(clicked)} followed a link.
      </Text>
    </Tooltip>
  );
}
