import { PasswordInput, type PasswordInputProps } from '@mantine/core';

interface Props extends PasswordInputProps {
  /** What the eye shows, e.g. "SMTP password". */
  what?: string;
}

/** A password with its eye named, and told as invalid to screen readers (the library only colours it). */
export function PasswordField({ what = 'password', error, ...input }: Props) {
  return (
    <PasswordInput
      visibilityToggleButtonProps={{ 'aria-label': `Show or hide the ${what}` }}
      aria-invalid={error ? true : undefined}
      error={error}
      {...input}
    />
  );
}
