import type { Awaitable } from '#shared/kernel/awaitable.ts';
import type { LaneLimit } from '#shared/schedule/pacing.ts';
import type {
  AutomationRow,
  ChannelRow,
  ContactRow,
  EnrollmentRow,
  SenderRow,
  TaskRow,
  Unit,
} from '../../context.ts';

/** Everything the gates look at, read in the deciding transaction. */
export interface GateInput {
  unit: Unit;
  stage: 'claim' | 'commit';
  task: TaskRow;
  channel: ChannelRow;
  sender: SenderRow;
  contact: ContactRow;
  enrollment: EnrollmentRow;
  automation: AutomationRow;
  /** Newest inbound message in the LinkedIn thread, as the device saw it just now. */
  lastInboundAt: number | null;
}

/** What becomes of a task that may not go now. */
export type Disposition =
  | { do: 'cancel_stoplisted' }
  | { do: 'pause_replied'; at: number | null }
  | { do: 'cancel' }
  /** Nothing to do: the branch goes on. */
  | { do: 'close' }
  /** Ready, behind a hold of its lane. */
  | { do: 'wait_lane' }
  | { do: 'park'; on: string }
  | { do: 'postpone'; until: number }
  | { do: 'postpone_lane'; until: number; limit: LaneLimit }
  /** The automation's own daily limit: other automations' tasks of the lane go on. */
  | { do: 'wait_daily_limit'; until: number }
  | { do: 'missing_data' };

export interface Refusal {
  code: string;
  detail: string;
  disposition: Disposition;
}

export type Gate = (input: GateInput) => Awaitable<Refusal | null>;

/** What a gate answers that does not let the task go. */
export function refuse(code: string, detail: string, disposition: Disposition): Refusal {
  return { code, detail, disposition };
}
