import { Badge, Button, Fieldset, FileButton, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { attachmentsIn } from '#shared/automation/markdown.ts';
import {
  type AttachmentView,
  attachmentRoutes,
  dangerousEnding,
  isShownImage,
} from '#shared/contract/attachment.ts';
import { limits } from '#shared/kernel/limits.ts';
import { base64Of } from '../../api/base64.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { fileSize } from './fileSize.ts';

const UPLOAD_DEADLINE_MS = 120_000;

interface Props {
  /** Ids of the files that go along. */
  attachments: readonly string[];
  /** Markdown; shows images as `![…](attachment:<id>)`. */
  text: string;
  error?: string;
  onChange: (change: { attachments?: string[]; text?: string }) => void;
}

/** The files of one email: attached, or shown as images in its text. */
export function Attachments({ attachments, text, error, onChange }: Props) {
  const query = useQuery(queryFor(attachmentRoutes.list));
  const [refused, setRefused] = useState<string | null>(null);
  const add = (id: string) => {
    if (!attachments.includes(id)) onChange({ attachments: [...attachments, id] });
  };
  const upload = useAction(attachmentRoutes.upload, {
    inline: true,
    timeoutMs: UPLOAD_DEADLINE_MS,
    onDone: ({ id }) => add(id),
  });
  const choose = async (file: File | null) => {
    if (!file) return;
    upload.reset();
    const problem = problemOf(file);
    setRefused(problem);
    if (problem) return;
    upload.mutate({ body: { name: file.name, type: file.type, contentBase64: await base64Of(file) } });
  };
  const shown = new Set(attachmentsIn(text));
  const ids = [...new Set([...attachments, ...shown])];
  const files = query.data?.items ?? [];
  const used = files.filter(({ id }) => ids.includes(id));
  const others = files.filter(({ id }) => !ids.includes(id));
  const lost = query.data ? ids.filter((id) => !files.some((file) => file.id === id)) : [];
  const total = used.reduce((sum, { size }) => sum + size, 0);
  const tooMuch = overLimit(ids.length, total);
  const remove = (id: string) =>
    onChange({
      attachments: attachments.filter((other) => other !== id),
      ...(shown.has(id) ? { text: withoutImage(text, id) } : {}),
    });
  const showInText = ({ id, name }: AttachmentView) =>
    onChange({
      attachments: attachments.filter((other) => other !== id),
      text: `${text.trimEnd()}\n\n![${name.replace(/[[\]\\]/g, '')}](attachment:${id})\n`,
    });
  return (
    <Fieldset legend="Attachments">
      <Stack gap="xs">
        {used.map((file) => (
          <FileRow
            key={file.id}
            file={file}
            isShown={shown.has(file.id)}
            remove={() => remove(file.id)}
            showInText={() => showInText(file)}
          />
        ))}
        {lost.map((id) => (
          <Group key={id} justify="space-between" gap="xs">
            <Text size="sm" c="var(--mantine-color-error)">
              A file that does not exist any more
            </Text>
            <Button size="compact-xs" variant="default" onClick={() => remove(id)}>
              Remove the lost file
            </Button>
          </Group>
        ))}
        <Text size="xs" c="dimmed" className="tabular" aria-live="polite">
          {ids.length === 0
            ? `None yet. Up to ${limits.attachmentsPerEmail} files, ${fileSize(limits.attachmentBytes)} each, ${fileSize(limits.attachmentsPerEmailBytes)} together.`
            : `${ids.length} of ${limits.attachmentsPerEmail} files, ${fileSize(total)} of ${fileSize(limits.attachmentsPerEmailBytes)}`}
        </Text>
        {[tooMuch, refused, error].filter(Boolean).map((message) => (
          <Text key={message} size="sm" c="var(--mantine-color-error)" role="alert">
            {message}
          </Text>
        ))}
        {upload.error && <ProblemAlert problem={upload.error.problem} />}
        {query.error && <ProblemAlert problem={query.error.problem} onRetry={() => void query.refetch()} />}
        <Group gap="xs" align="flex-end">
          <FileButton onChange={(file) => void choose(file)}>
            {(props) => (
              <Button {...props} size="xs" variant="default" loading={upload.isPending}>
                Attach a file
              </Button>
            )}
          </FileButton>
          {others.length > 0 && (
            <Select
              size="xs"
              aria-label="Attach a file that was uploaded before"
              placeholder="One uploaded before"
              searchable
              data={others.map(({ id, name, size }) => ({ value: id, label: `${name} (${fileSize(size)})` }))}
              value={null}
              onChange={(id) => id !== null && add(id)}
            />
          )}
        </Group>
      </Stack>
    </Fieldset>
  );
}

interface FileProps {
  file: AttachmentView;
  isShown: boolean;
  remove: () => void;
  showInText: () => void;
}

function FileRow({ file, isShown, remove, showInText }: FileProps) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {file.name}{' '}
        <Text span c="dimmed" className="tabular">
          ({fileSize(file.size)})
        </Text>
      </Text>
      <Group gap="xs">
        {isShown && (
          <Badge variant="outline" color="gray">
            In the text
          </Badge>
        )}
        {!isShown && isShownImage(file.type) && (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Show ${file.name} in the text`}
            onClick={showInText}
          >
            Show in the text
          </Button>
        )}
        <Button size="compact-xs" variant="default" aria-label={`Remove ${file.name}`} onClick={remove}>
          Remove
        </Button>
      </Group>
    </Group>
  );
}

function problemOf({ name, size }: File): string | null {
  const ending = dangerousEnding(name);
  if (ending) return `Files that end in .${ending} are refused by mail providers. Send a link instead.`;
  if (size > limits.attachmentBytes) {
    return `"${name}" has ${fileSize(size)}, at most ${fileSize(limits.attachmentBytes)} are possible.`;
  }
  return size === 0 ? `"${name}" is empty.` : null;
}

function overLimit(count: number, bytes: number): string | null {
  if (count > limits.attachmentsPerEmail) return `At most ${limits.attachmentsPerEmail} files: remove some.`;
  if (bytes <= limits.attachmentsPerEmailBytes) return null;
  return `Larger than ${fileSize(limits.attachmentsPerEmailBytes)} together: remove some.`;
}

/** The text without the places that show this image. */
function withoutImage(text: string, id: string): string {
  return text.replace(/!\[[^\]]*\]\(attachment:([^)\s]+)\)\n*/g, (image, shown: string) =>
    shown === id ? '' : image,
  );
}
