import { Anchor, Stack, Text } from '@mantine/core';
import type { TaskItem } from '#shared/contract/task.ts';
import { TextLink } from '../../components/Link.tsx';
import { Time } from '../../components/Time.tsx';
import { ApprovalForm } from './ApprovalForm.tsx';
import type { FormProps } from './formProps.ts';
import { timeOf } from './groups.ts';
import { ManualForm } from './ManualForm.tsx';
import { MissingForm } from './MissingForm.tsx';
import { ConfirmForm, ReplyForm } from './PausedForms.tsx';
import { SettleForm } from './SettleForm.tsx';

/** Whom it is about, why it waits, and the form with which it goes on. */
export function TaskDetail({ item, close }: FormProps<TaskItem>) {
  return (
    <Stack gap="md">
      <Text size="sm">
        <TextLink to="/contacts/$contactId" params={{ contactId: item.contactId }}>
          {item.contactName}
        </TextLink>
        {item.group !== 'manual' && item.company ? `, ${item.company}` : ''}. As{' '}
        {item.senderName ?? 'nobody yet'}, in{' '}
        <TextLink to="/automations/$automationId" params={{ automationId: item.automationId }} search={{}}>
          {item.automationName}
        </TextLink>
        , {item.group === 'manual' && 'due '}
        <Time at={timeOf(item)} />.
      </Text>
      <Text size="sm">{item.sentence}</Text>
      {item.group !== 'manual' && item.linkedinUrl && (
        <Anchor href={item.linkedinUrl} target="_blank" rel="noreferrer" size="sm" underline="always">
          Open the LinkedIn profile
        </Anchor>
      )}
      {item.group !== 'manual' && (
        <Text size="sm" fw={500}>
          {item.action}
        </Text>
      )}
      <Form item={item} close={close} />
    </Stack>
  );
}

function Form({ item, close }: FormProps<TaskItem>) {
  switch (item.group) {
    case 'manual':
      return <ManualForm item={item} close={close} />;
    case 'approval':
      return <ApprovalForm item={item} close={close} />;
    case 'unknown':
      return <SettleForm item={item} close={close} />;
    case 'missing_data':
      return <MissingForm item={item} close={close} />;
    case 'confirm':
      return <ConfirmForm item={item} close={close} />;
    case 'reply':
      return <ReplyForm item={item} close={close} />;
  }
}
