import type { AutomationSummary } from '#shared/contract/automation.ts';
import { StatusBadge } from '../../components/StatusBadge.tsx';

/** The status of an automation; its tooltip says what holds it. */
export function AutomationStatus({ automation: { status, holds } }: { automation: AutomationSummary }) {
  return (
    <StatusBadge kind="automation" value={status} detail={holds.map(({ detail }) => detail).join(' ')} />
  );
}
