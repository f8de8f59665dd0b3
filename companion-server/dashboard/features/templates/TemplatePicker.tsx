import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type TemplateView, templateRoutes } from '#shared/contract/template.ts';
import { queryFor } from '../../api/client.ts';

/** Takes a copy of a template's texts; nothing where there are no templates. */
export function TemplatePicker({ onPick }: { onPick: (template: TemplateView) => void }) {
  const query = useQuery(queryFor(templateRoutes.list));
  const items = query.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Select
      label="Take the text of a template"
      description="Replaces subject, text and attachments. Later changes of the template do not change this step."
      placeholder="Choose a template"
      searchable
      data={items.map(({ id, name }) => ({ value: id, label: name }))}
      value={null}
      onChange={(id) => {
        const picked = items.find((item) => item.id === id);
        if (picked) onPick(picked);
      }}
    />
  );
}
