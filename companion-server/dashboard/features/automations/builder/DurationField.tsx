import { Group, NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';

const units = { minutes: MINUTE, hours: HOUR, days: DAY } as const;
type Unit = keyof typeof units;

function bestUnit(ms: number): Unit {
  if (ms % DAY === 0) return 'days';
  return ms % HOUR === 0 ? 'hours' : 'minutes';
}

interface Props {
  label: string;
  description: string;
  value: number;
  onChange: (ms: number) => void;
}

/** A length of time as a number and a unit; one minute to 180 days. */
export function DurationField({ label, description, value, onChange }: Props) {
  const [unit, setUnit] = useState<Unit>(() => bestUnit(value));
  const clamp = (ms: number) => Math.min(180 * DAY, Math.max(MINUTE, Math.round(ms)));
  return (
    <Group gap="sm" align="flex-end" wrap="nowrap">
      <NumberInput
        label={label}
        description={description}
        flex={1}
        min={1}
        allowDecimal={false}
        value={Math.round((value / units[unit]) * 100) / 100}
        onChange={(count) => {
          if (Number(count) > 0) onChange(clamp(Number(count) * units[unit]));
        }}
      />
      <Select
        aria-label={`Unit of ${label.toLowerCase()}`}
        w={120}
        data={Object.keys(units)}
        value={unit}
        onChange={(chosen) => {
          if (chosen !== 'minutes' && chosen !== 'hours' && chosen !== 'days') return;
          onChange(clamp((value / units[unit]) * units[chosen]));
          setUnit(chosen);
        }}
      />
    </Group>
  );
}
