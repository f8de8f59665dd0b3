import { Select } from '@mantine/core';
import { useState } from 'react';
import { type Choice, optionsOf } from './context.ts';

const NEW = 'new';

interface Props {
  label: string;
  /** What is chosen, in a word: "tag". */
  noun: string;
  choices: readonly Choice[];
  value: string;
  error: string | undefined;
  maxLength: number;
  onChange: (id: string) => void;
  create: (name: string) => void;
}

/** Chooses one by name; a name that is not there yet can be made one. */
export function CreatablePicker({ label, noun, choices, value, error, maxLength, onChange, create }: Props) {
  const [typed, setTyped] = useState('');
  const name = typed.trim();
  const isNew = name !== '' && name.length <= maxLength && choices.every((one) => one.name !== name);
  return (
    <Select
      label={label}
      description="Type a new name to make one."
      placeholder={`Choose a ${noun}`}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={`No ${noun} yet. Type a name.`}
      data={[...optionsOf(choices), ...(isNew ? [{ value: NEW, label: `New ${noun}: ${name}` }] : [])]}
      value={value || null}
      error={error}
      onChange={(chosen) => {
        if (chosen === NEW) create(name);
        else if (chosen) onChange(chosen);
      }}
    />
  );
}
