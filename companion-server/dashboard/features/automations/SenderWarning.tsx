import { Alert, Loader, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { BulkSelection } from '#shared/automation/bulk.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { queryFor } from '../../api/client.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';

interface Props {
  automationId: string;
  senderId: string;
  selection: BulkSelection;
}

/** How many of the chosen contacts are not connected to a sender profile, before it is fixed for them. */
export function SenderWarning({ automationId, senderId, selection }: Props) {
  const input = { params: { automationId }, body: { senderId, selection } };
  const check = useQuery({ ...queryFor(bulkRoutes.checkSender, input), staleTime: 0 });
  if (check.error) return <ProblemAlert problem={check.error.problem} onRetry={() => void check.refetch()} />;
  if (!check.data) return <Loader size="sm" role="status" aria-label="Looking at their connections" />;
  const { contacts, notConnected, atLeast } = check.data;
  const all = `${atLeast ? 'the newest ' : ''}${contacts.toLocaleString()}`;
  if (notConnected === 0) {
    return (
      <Text size="sm" role="status">
        All {all} are connected to this sender profile.
      </Text>
    );
  }
  return (
    <Alert
      variant="outline"
      color="orange"
      role="status"
      title={`${notConnected.toLocaleString()} of ${all} are not connected to this sender profile`}
    >
      Messages to them would fail until they are. Steps that invite them first, and emails, are not concerned.
    </Alert>
  );
}
