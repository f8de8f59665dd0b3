import { Checkbox, Text } from '@mantine/core';
import type { PersonCard, PersonSeen } from '#shared/contract/devicePerson.ts';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';

/** Fixes the own profile as who writes to them in future; what a manager fixed for another is only shown. */
export function PinSender(props: { person: PersonSeen; card: PersonCard; contactId: string }) {
  const { person, card, contactId } = props;
  const { busy, refusal, run } = useOrder();
  const pinned = card.pinnedSender;
  if (pinned && !pinned.isOwn) {
    return <Text size="sm">{pinned.name} is fixed as their sender. A manager can change it.</Text>;
  }
  return (
    <>
      <Checkbox
        label="Always write to them as me"
        description="In future automations. What they are in already goes on as it is."
        checked={pinned !== null}
        disabled={busy}
        onChange={(event) => {
          const isPinned = event.currentTarget.checked;
          void run(() => order('ui.pin', { person, contactId, pinned: isPinned }));
        }}
      />
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </>
  );
}
