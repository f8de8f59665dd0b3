import { Select, Stack, Text } from '@mantine/core';
import type { GraphNode } from '#shared/automation/graph.ts';
import { unreachable } from '#shared/kernel/assert.ts';
import { choicesOf, outcomes } from './catalogue.ts';
import { DurationField } from './DurationField.tsx';
import { ConditionSettings, JoinSettings, WaitSettings } from './settings/branching.tsx';
import { errorOf, type SettingsProps } from './settings/context.ts';
import { EmailSettings } from './settings/EmailSettings.tsx';
import { EnrollSettings, NotifySettings, WebhookSettings } from './settings/handover.tsx';
import { ConnectSettings, GroupMessageSettings, InMailSettings } from './settings/linkedin.tsx';
import { ManualTaskSettings } from './settings/ManualTaskSettings.tsx';
import { FieldSettings, ListSettings, TagSettings } from './settings/marks.tsx';
import { SegmentSettings } from './settings/SegmentSettings.tsx';
import { SenderChoices } from './settings/SenderChoices.tsx';
import { SenderProfileSettings } from './settings/SenderProfileSettings.tsx';
import { SplitSettings } from './settings/SplitSettings.tsx';
import { TemplateField } from './TemplateField.tsx';

/** The settings of one step, by its type. */
export function StepSettings({ node, context, onChange }: SettingsProps<GraphNode>) {
  const same = { context, onChange };
  switch (node.type) {
    case 'segment':
      return <SegmentSettings node={node} {...same} />;
    case 'sender_profile':
      return <SenderProfileSettings node={node} {...same} />;
    case 'visit':
      return <NothingToSet text="Opens the profile in the rep's browser and reads it." />;
    case 'connect':
      return <ConnectSettings node={node} {...same} />;
    case 'message':
      return (
        <TemplateField
          label="Message text"
          value={node.config.text}
          error={errorOf(context, 'text')}
          rows={6}
          preview={context.preview}
          onChange={(text) => onChange({ ...node, config: { text } })}
        />
      );
    case 'inmail':
      return <InMailSettings node={node} {...same} />;
    case 'group_message':
      return <GroupMessageSettings node={node} {...same} />;
    case 'follow':
      return <NothingToSet text="Follows the contact on LinkedIn. Who is followed already is passed." />;
    case 'like':
      return <NothingToSet text="Likes the latest post. Without a post the step is passed." />;
    case 'withdraw':
      return (
        <NothingToSet text="Takes a pending invitation back. LinkedIn allows no new one for three weeks." />
      );
    case 'send_email':
      return <EmailSettings node={node} {...same} />;
    case 'manual_task':
      return <ManualTaskSettings node={node} {...same} />;
    case 'delay':
      return (
        <DurationField
          label="Duration"
          description="Counts day and night; the next step then waits for working hours."
          value={node.config.durationMs}
          onChange={(durationMs) => onChange({ ...node, config: { durationMs } })}
        />
      );
    case 'wait_until':
      return <WaitSettings node={node} {...same} />;
    case 'join':
      return <JoinSettings node={node} {...same} />;
    case 'condition':
      return <ConditionSettings node={node} {...same} />;
    case 'split':
      return <SplitSettings node={node} {...same} />;
    case 'tag':
      return <TagSettings node={node} {...same} />;
    case 'list':
      return <ListSettings node={node} {...same} />;
    case 'set_field':
      return <FieldSettings node={node} {...same} />;
    case 'change_sender':
      return (
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            One sender profile: the contact goes on with that one. Several: it is distributed like at the
            start. Messages need a connection to the new sender.
          </Text>
          <SenderChoices
            chosen={node.config.senders}
            senders={context.senders}
            error={errorOf(context, 'senders')}
            onChange={(senders) => onChange({ ...node, config: { senders } })}
          />
        </Stack>
      );
    case 'enroll':
      return <EnrollSettings node={node} {...same} />;
    case 'notify':
      return <NotifySettings node={node} {...same} />;
    case 'webhook':
      return <WebhookSettings node={node} {...same} />;
    case 'end':
      return (
        <Select
          label="Outcome"
          data={choicesOf(outcomes)}
          value={node.config.outcome}
          onChange={(outcome) => outcome && onChange({ ...node, config: { outcome } })}
        />
      );
    default:
      return unreachable(node);
  }
}

function NothingToSet({ text }: { text: string }) {
  return <Text size="sm">{text} There is nothing to set.</Text>;
}
