import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { z } from 'zod';
import type { ContactField } from '#shared/automation/nodes.ts';
import { fieldLabel } from '../catalogue.ts';

const CUSTOM = 'custom:';

interface Props<F extends ContactField> {
  schema: z.ZodType<F>;
  builtin: readonly F[];
  value: F;
  onChange: (field: F) => void;
}

/** A field of the contact: one that everybody has, or a custom one by its name. */
export function FieldPicker<F extends ContactField>({ schema, builtin, value, onChange }: Props<F>) {
  const isCustom = value.startsWith(CUSTOM);
  const [name, setName] = useState(isCustom ? value.slice(CUSTOM.length) : '');
  const accept = (field: string) => {
    const parsed = schema.safeParse(field);
    if (parsed.success) onChange(parsed.data);
    return parsed.success;
  };
  return (
    <>
      <Select
        label="Field"
        data={[
          ...builtin.map((field) => ({ value: field as string, label: fieldLabel(field) })),
          { value: CUSTOM, label: 'Custom field' },
        ]}
        value={isCustom ? CUSTOM : value}
        onChange={(chosen) => {
          if (chosen !== CUSTOM) return void (chosen && accept(chosen));
          setName('field');
          accept(`${CUSTOM}field`);
        }}
      />
      {isCustom && (
        <TextInput
          label="Name of the custom field"
          description="As it was named at the import."
          maxLength={40}
          value={name}
          error={
            schema.safeParse(CUSTOM + name).success
              ? null
              : `Begin with a letter; then letters, digits and _. Until then it stays ${fieldLabel(value)}.`
          }
          onChange={(event) => {
            setName(event.currentTarget.value);
            accept(CUSTOM + event.currentTarget.value);
          }}
        />
      )}
    </>
  );
}
