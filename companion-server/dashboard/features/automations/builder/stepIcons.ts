import {
  IconClock,
  IconEye,
  IconFlag,
  IconHelpCircle,
  IconHourglass,
  IconId,
  IconMail,
  IconMessage,
  IconUserPlus,
  IconUsers,
} from '@tabler/icons-react';
import type { NodeType } from '#shared/automation/graph.ts';

/** One picture per kind of step; apart from the catalogue, which needs no screen. */
export const stepIcons: Record<NodeType, typeof IconClock> = {
  segment: IconUsers,
  sender_profile: IconId,
  visit: IconEye,
  connect: IconUserPlus,
  message: IconMessage,
  send_email: IconMail,
  delay: IconClock,
  wait_until: IconHourglass,
  condition: IconHelpCircle,
  end: IconFlag,
};
