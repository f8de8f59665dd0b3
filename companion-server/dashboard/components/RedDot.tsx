import { Box, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { CSSProperties } from 'react';
import type { ChannelKind } from '#shared/statuses/engine.ts';

const dot: CSSProperties = {
  display: 'inline-block',
  width: 10,
  height: 10,
  borderRadius: '50%',
  background: 'var(--mantine-color-red-7)',
  flexShrink: 0,
};

/** The main sign of trouble: a connected account is Inactive. Never shown by colour alone. */
export function RedDot({ label }: { label: string }) {
  return (
    <Tooltip label={label}>
      <Box component="span" role="img" aria-label={label} style={dot} />
    </Tooltip>
  );
}

/** The red dot where it leads to the fix: the channel's tab of the sender profile. */
export function RedDotLink(props: { label: string; senderId: string; channel: ChannelKind }) {
  const { label, senderId, channel } = props;
  return (
    <Tooltip label={label}>
      <Link
        to="/senders/$senderId"
        params={{ senderId }}
        search={{ tab: channel }}
        aria-label={label}
        style={{ display: 'inline-grid', placeItems: 'center', width: 24, height: 24, flexShrink: 0 }}
      >
        <span aria-hidden style={dot} />
      </Link>
    </Tooltip>
  );
}
