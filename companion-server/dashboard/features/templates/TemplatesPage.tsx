import { Button, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type TemplateView, templateRoutes } from '#shared/contract/template.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';
import { Files } from './Files.tsx';
import { Signatures } from './Signatures.tsx';
import { TemplateEditor } from './TemplateEditor.tsx';

/** Texts for email steps, and what stands below every email. */
export function TemplatesPage() {
  const query = useQuery(queryFor(templateRoutes.list));
  const [edited, setEdited] = useState<TemplateView | 'new' | null>(null);
  const close = () => setEdited(null);
  return (
    <Page
      title="Templates"
      text="Texts that are written once and used in many email steps. A step takes a copy: changing a template later changes no automation that runs."
    >
      <Section title="Email templates">
        <Stack gap="md">
          <Group>
            <Button onClick={() => setEdited('new')}>New template</Button>
          </Group>
          <Loaded query={query} what="templates">
            {({ items }) =>
              items.length === 0 ? (
                <Empty
                  title="No templates yet"
                  text="Write a first one, look at it with real contacts, and send it to yourself."
                />
              ) : (
                <Rows items={items} edit={setEdited} />
              )
            }
          </Loaded>
        </Stack>
      </Section>
      <Section title="Files">
        <Files />
      </Section>
      <Section title="Signatures">
        <Signatures />
      </Section>
      <Modal
        opened={edited !== null}
        onClose={close}
        size="xl"
        title={edited === 'new' ? 'New template' : 'Edit template'}
      >
        {edited !== null && <TemplateEditor template={edited === 'new' ? null : edited} close={close} />}
      </Modal>
    </Page>
  );
}

function Rows({ items, edit }: { items: readonly TemplateView[]; edit: (template: TemplateView) => void }) {
  const remove = useAction(templateRoutes.remove, { done: 'Deleted.' });
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Subject</Table.Th>
            <Table.Th>Changed</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((template) => (
            <Table.Tr key={template.id}>
              <Table.Td>{template.name}</Table.Td>
              <Table.Td>
                <Text size="sm" lineClamp={1}>
                  {template.subject}
                </Text>
              </Table.Td>
              <Table.Td>
                <Time at={template.updatedAt} />
              </Table.Td>
              <Table.Td>
                <Group gap="xs" justify="flex-end" wrap="nowrap">
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={`Edit ${template.name}`}
                    onClick={() => edit(template)}
                  >
                    Edit
                  </Button>
                  <ConfirmButton
                    size="xs"
                    label="Delete"
                    aria-label={`Delete ${template.name}`}
                    question={`Delete "${template.name}"?`}
                    consequence="Steps that were made from it keep their text."
                    confirmLabel="Delete template"
                    onConfirm={() => remove.mutate({ params: { templateId: template.id } })}
                  />
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
