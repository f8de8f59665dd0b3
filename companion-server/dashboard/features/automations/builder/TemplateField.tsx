import { Alert, Button, Group, Menu, Stack, Text, Textarea } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useRef } from 'react';
import { markdownPlain } from '#shared/automation/markdown.ts';
import { builtinVariables, renderTemplate, templateSeed } from '#shared/automation/render.ts';
import type { PreviewContact } from './usePreviewContact.ts';

interface TextProps {
  label: string;
  description?: string;
  value: string;
  onChange: (text: string) => void;
  error?: string;
  /** Longest text LinkedIn takes, counted on the preview. */
  maxLength?: number;
  rows?: number;
  /** Of what goes out; absent: of what is written here. */
  characters?: number;
}

interface Props extends Omit<TextProps, 'characters'> {
  preview: PreviewContact;
  /** The text of an email. */
  markdown?: boolean;
}

/** A text with variables, and what one contact would get. */
export function TemplateField({ preview, markdown = false, ...field }: Props) {
  const { value, maxLength } = field;
  const seed = templateSeed(preview.id);
  const rendered = renderTemplate(value, preview.variables, seed, { maxLength, markdown });
  const text = rendered.ok && markdown ? markdownPlain(rendered.value) : rendered.ok ? rendered.value : null;
  return (
    <Stack gap="xs">
      <VariableText {...field} characters={text?.length} />
      {value.trim() !== '' && (
        <Alert
          variant="outline"
          color={rendered.ok ? 'gray.5' : 'orange'}
          title={`Preview for ${preview.name}`}
        >
          <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {rendered.ok ? text : rendered.error.message}
          </Text>
        </Alert>
      )}
    </Stack>
  );
}

/** A text with a menu of variables and its length. */
export function VariableText({
  label,
  description,
  value,
  onChange,
  error,
  maxLength,
  rows = 4,
  characters,
}: TextProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const insert = (variable: string) => {
    const at = area.current?.selectionStart ?? value.length;
    onChange(
      `${value.slice(0, at)}{{ ${variable} | default: "" }}${value.slice(area.current?.selectionEnd ?? at)}`,
    );
  };
  return (
    <Stack gap="xs">
      <Textarea
        ref={area}
        label={label}
        description={description}
        autosize
        minRows={rows}
        maxRows={16}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group justify="space-between" gap="xs">
        <Menu
          position="bottom-start"
          withinPortal={false}
          withInitialFocusPlaceholder={false}
          menuItemTabIndex={0}
        >
          <Menu.Target>
            <Button size="xs" variant="default" leftSection={<IconBraces aria-hidden size={14} />}>
              Insert variable into {label.toLowerCase()}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {builtinVariables.map((variable) => (
              <Menu.Item key={variable} onClick={() => insert(variable)}>
                {variable}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Text size="xs" c="dimmed" className="tabular">
          {characters ?? value.length}
          {maxLength && ` of ${maxLength}`} characters
        </Text>
      </Group>
    </Stack>
  );
}
