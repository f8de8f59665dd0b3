import type { ButtonProps } from '@mantine/core';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';

interface Props extends Pick<ButtonProps, 'size' | 'disabled'> {
  contactName: string;
  automationName: string;
  decide: (decision: 'skip' | 'complete') => void;
}

/** The two answers to a paused contact that cannot be taken back. */
export function SkipOrComplete({ contactName, automationName, decide, ...button }: Props) {
  return (
    <>
      <ConfirmButton
        {...button}
        variant="default"
        label="Skip the step"
        aria-label={`Skip the step of ${contactName}`}
        question={`Skip the step of ${contactName}?`}
        consequence={`The step where they stand in ${automationName} is left out for good, on every branch that runs; a wait ends. They go on with the next one, within caps and working hours. This cannot be undone.`}
        confirmLabel="Skip the step"
        onConfirm={() => decide('skip')}
      />
      <ConfirmButton
        {...button}
        variant="default"
        label="Complete"
        aria-label={`Complete ${contactName}`}
        question={`Complete ${contactName} in ${automationName}?`}
        consequence="The automation ends for them as Finished: none of the steps that remain is done. This cannot be undone; other automations go on as they are."
        confirmLabel="Complete the contact"
        onConfirm={() => decide('complete')}
      />
    </>
  );
}
