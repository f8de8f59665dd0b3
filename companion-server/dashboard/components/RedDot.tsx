import { Box, Tooltip } from '@mantine/core';

/** The main sign of trouble: a connected account is Inactive. Never shown by colour alone. */
export function RedDot({ label }: { label: string }) {
  return (
    <Tooltip label={label}>
      <Box
        component="span"
        role="img"
        aria-label={label}
        style={{
          display: 'inline-block',
          width: 10,
          height: 10,
          borderRadius: '50%',
          background: 'var(--mantine-color-red-7)',
          flexShrink: 0,
        }}
      />
    </Tooltip>
  );
}
