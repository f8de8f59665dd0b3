import { MultiSelect, NumberInput, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import type { GraphNode, GraphProblem, NodeOf } from '#shared/automation/graph.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { limits } from '#shared/kernel/limits.ts';
import { choicesOf, eventLabels, freshCondition, testLabels } from './catalogue.ts';
import { DurationField } from './DurationField.tsx';
import { SenderChoices } from './SenderChoices.tsx';
import { TemplateField } from './TemplateField.tsx';
import type { PreviewContact } from './usePreviewContact.ts';

export interface SettingsContext {
  lists: readonly { id: string; name: string; memberCount: number }[];
  senders: readonly SenderView[];
  preview: PreviewContact;
  problems: readonly GraphProblem[];
}

interface Props<N extends GraphNode> {
  node: N;
  context: SettingsContext;
  onChange: (node: GraphNode) => void;
}

function errorOf({ problems }: SettingsContext, field: string): string | undefined {
  return problems.find((problem) => problem.field === field)?.message;
}

/** The settings of one step, by its type. */
export function StepSettings({ node, context, onChange }: Props<GraphNode>) {
  switch (node.type) {
    case 'segment':
      return <SegmentSettings node={node} context={context} onChange={onChange} />;
    case 'sender_profile':
      return (
        <SenderChoices
          config={node.config}
          senders={context.senders}
          error={errorOf(context, 'senders')}
          onChange={(config) => onChange({ ...node, config })}
        />
      );
    case 'visit':
      return (
        <Text size="sm">Opens the profile in the rep's browser and reads it. There is nothing to set.</Text>
      );
    case 'connect':
      return <ConnectSettings node={node} context={context} onChange={onChange} />;
    case 'message':
      return (
        <TemplateField
          label="Message text"
          value={node.config.text}
          error={errorOf(context, 'text')}
          rows={6}
          nodeId={node.id}
          preview={context.preview}
          onChange={(text) => onChange({ ...node, config: { text } })}
        />
      );
    case 'send_email':
      return <EmailSettings node={node} context={context} onChange={onChange} />;
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
      return <WaitSettings node={node} context={context} onChange={onChange} />;
    case 'condition':
      return (
        <Select
          label="Question"
          data={choicesOf(testLabels)}
          value={node.config.test}
          onChange={(test) => test && onChange({ ...node, config: freshCondition(test) })}
        />
      );
    case 'end':
      return (
        <Select
          label="Outcome"
          data={[
            { value: 'positive', label: 'Positive' },
            { value: 'neutral', label: 'Neutral' },
            { value: 'negative', label: 'Negative' },
          ]}
          value={node.config.outcome}
          onChange={(outcome) => outcome && onChange({ ...node, config: { outcome } })}
        />
      );
  }
}

function SegmentSettings({ node, context, onChange }: Props<NodeOf<'segment'>>) {
  const change = (config: Partial<NodeOf<'segment'>['config']>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  const limit = (value: number | string) => (value === '' ? null : Math.max(1, Number(value)));
  return (
    <Stack gap="md">
      <MultiSelect
        label="Lists"
        description="Contacts of these lists enter; those added later too."
        placeholder={node.config.listIds.length === 0 ? 'Choose one or more lists' : undefined}
        searchable
        nothingFoundMessage="No such list. Import contacts to make one."
        data={context.lists.map(({ id, name, memberCount }) => ({
          value: id,
          label: `${name} (${memberCount})`,
        }))}
        value={node.config.listIds}
        error={errorOf(context, 'listIds')}
        onChange={(listIds) => change({ listIds })}
      />
      <NumberInput
        label="Active contacts at most"
        description="Empty: no limit. The others wait as Active limit."
        min={1}
        max={100_000}
        allowDecimal={false}
        value={node.config.activeLimit ?? ''}
        onChange={(value) => change({ activeLimit: limit(value) })}
      />
      <NumberInput
        label="Active contacts per company at most"
        description="Empty: no limit. Their colleagues wait as Coworkers limit."
        min={1}
        max={1000}
        allowDecimal={false}
        value={node.config.coworkersLimit ?? ''}
        onChange={(value) => change({ coworkersLimit: limit(value) })}
      />
    </Stack>
  );
}

function ConnectSettings({ node, context, onChange }: Props<NodeOf<'connect'>>) {
  const { note, whenNoNote } = node.config;
  const change = (config: Partial<NodeOf<'connect'>['config']>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  return (
    <Stack gap="md">
      <Switch
        label="With a note"
        checked={note !== null}
        onChange={(event) => change({ note: event.currentTarget.checked ? '' : null })}
      />
      {note !== null && (
        <>
          <TemplateField
            label="Note"
            description={`${limits.noteBasic} characters on a Basic account, ${limits.notePremium} on paid plans.`}
            value={note}
            error={errorOf(context, 'note')}
            maxLength={limits.noteBasic}
            nodeId={node.id}
            preview={context.preview}
            onChange={(text) => change({ note: text })}
          />
          <Radio.Group
            label="When no note is possible"
            description="Basic accounts have 5 notes in 30 days. LinkedIn's own counter decides."
            required
            error={errorOf(context, 'whenNoNote')}
            value={whenNoNote}
            onChange={(value) => {
              if (value === 'send_without' || value === 'wait' || value === 'skip')
                change({ whenNoNote: value });
            }}
          >
            <Stack gap="xs" my="xs">
              <Radio value="send_without" label="Send without a note" />
              <Radio value="wait" label="Wait until a note is possible" />
              <Radio value="skip" label="Skip this step" />
            </Stack>
          </Radio.Group>
        </>
      )}
    </Stack>
  );
}

function EmailSettings({ node, context, onChange }: Props<NodeOf<'send_email'>>) {
  const change = (config: Partial<NodeOf<'send_email'>['config']>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  return (
    <Stack gap="md">
      <Radio.Group
        label="Thread"
        value={node.config.thread}
        onChange={(value) => change({ thread: value === 'reply' ? 'reply' : 'new' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="new" label="New thread" />
          <Radio value="reply" label="Reply in the thread of the email before" />
        </Stack>
      </Radio.Group>
      <TextInput
        label="Subject"
        description={
          node.config.thread === 'reply' ? 'Only used when there is no thread to reply in.' : undefined
        }
        maxLength={limits.emailSubject}
        value={node.config.subject}
        error={errorOf(context, 'subject')}
        onChange={(event) => change({ subject: event.currentTarget.value })}
      />
      <TemplateField
        label="Email text"
        description="The unsubscribe link and the postal address are added below it."
        value={node.config.text}
        error={errorOf(context, 'text')}
        rows={8}
        nodeId={node.id}
        preview={context.preview}
        onChange={(text) => change({ text })}
      />
    </Stack>
  );
}

function WaitSettings({ node, onChange }: Props<NodeOf<'wait_until'>>) {
  return (
    <Stack gap="md">
      <Select
        label="Wait for"
        data={choicesOf(eventLabels)}
        value={node.config.event}
        onChange={(event) => event && onChange({ ...node, config: { ...node.config, event } })}
      />
      <DurationField
        label="Timeout"
        description="Then the timeout exit is taken, after a successful read of that channel."
        value={node.config.timeoutMs}
        onChange={(timeoutMs) => onChange({ ...node, config: { ...node.config, timeoutMs } })}
      />
    </Stack>
  );
}
