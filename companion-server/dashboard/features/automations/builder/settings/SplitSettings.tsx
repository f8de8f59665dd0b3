import { ActionIcon, Button, Group, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { NodeOf } from '#shared/automation/graph.ts';
import { variantName } from '#shared/automation/nodes.ts';
import { exitLabels } from '../catalogue.ts';
import { addVariant, shareEvenly, shareSum, type Variants } from '../variants.ts';
import { errorOf, type SettingsProps } from './context.ts';

/** The variants with their shares. A contact gets the same one whenever it is asked. */
export function SplitSettings({ node, context, onChange }: SettingsProps<NodeOf<'split'>>) {
  const { variants } = node.config;
  const change = (changed: Variants) => onChange({ ...node, config: { variants: changed } });
  const error = errorOf(context, 'variants');
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        A retired variant gets nobody new, its share goes to the others; who is in it goes on.
      </Text>
      <Stack gap="xs" component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Variants">
        {variants.map((variant) => (
          <Variant
            key={variant.name}
            variant={variant}
            change={(changed) => change(variants.map((one) => (one.name === changed.name ? changed : one)))}
            remove={
              variants.length > 2
                ? () => change(variants.filter(({ name }) => name !== variant.name))
                : undefined
            }
          />
        ))}
      </Stack>
      <Text size="sm" ta="right" className="tabular" role="status">
        Together {shareSum(variants)} %
      </Text>
      {error && (
        <Text size="sm" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus aria-hidden size={14} />}
          disabled={variants.length >= variantName.options.length}
          onClick={() => change(addVariant(variants))}
        >
          Add variant
        </Button>
        <Button size="xs" variant="default" onClick={() => change(shareEvenly(variants))}>
          Share evenly
        </Button>
      </Group>
    </Stack>
  );
}

interface VariantProps {
  variant: Variants[number];
  change: (variant: Variants[number]) => void;
  remove: (() => void) | undefined;
}

function Variant({ variant, change, remove }: VariantProps) {
  const name = `variant ${exitLabels[variant.name]}`;
  return (
    <Group component="li" gap="sm" wrap="nowrap">
      <Text size="sm" fw={600} w={16} aria-hidden>
        {exitLabels[variant.name]}
      </Text>
      <NumberInput
        aria-label={`Percent of ${name}`}
        flex={1}
        miw={72}
        suffix=" %"
        min={0}
        max={100}
        clampBehavior="strict"
        allowDecimal={false}
        allowNegative={false}
        styles={{ input: { textAlign: 'right', paddingRight: 36 } }}
        value={variant.percent}
        onChange={(value) => change({ ...variant, percent: Math.min(100, Math.max(0, Number(value))) })}
      />
      <Switch
        label="Retired"
        aria-label={`Retire ${name}`}
        checked={variant.retired}
        onChange={(event) => change({ ...variant, retired: event.currentTarget.checked })}
      />
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={`Remove ${name}`}
        disabled={!remove}
        onClick={() => remove?.()}
      >
        <IconTrash aria-hidden size={16} />
      </ActionIcon>
    </Group>
  );
}
