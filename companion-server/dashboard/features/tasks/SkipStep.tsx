import { ConfirmButton } from '../../components/ConfirmButton.tsx';

interface Props {
  contactName: string;
  loading: boolean;
  skip: () => void;
}

/** Past the step for good: it cannot be taken back, so that it asks. */
export function SkipStep({ contactName, loading, skip }: Props) {
  return (
    <ConfirmButton
      variant="default"
      label="Skip this step"
      loading={loading}
      question={`Skip this step of ${contactName}?`}
      consequence="The step is left out for good and the contact goes on with the next one. This cannot be undone."
      confirmLabel="Skip the step"
      onConfirm={skip}
    />
  );
}
