import { Button, FileInput, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { importRoutes } from '#shared/contract/contact.ts';
import { limits } from '#shared/kernel/limits.ts';
import { base64Of } from '../../api/base64.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { TextLink } from '../../components/Link.tsx';
import { Page } from '../../components/Page.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';
import { ImportMapping } from './ImportMapping.tsx';

const UPLOAD_DEADLINE_MS = 120_000;
const megabytes = limits.csvBytes / 1024 / 1024;

/** CSV import: choose the file, map its columns, run. Nothing is written before the last step. */
export function ImportPage() {
  const [file, setFile] = useState<File | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const upload = useAction(importRoutes.upload, { inline: true, timeoutMs: UPLOAD_DEADLINE_MS });
  const choose = (chosen: File | null) => {
    setFile(chosen);
    upload.reset();
    setRefused(
      chosen && chosen.size > limits.csvBytes ? `The file is larger than ${megabytes} MB. Split it.` : null,
    );
  };
  const send = async () => {
    if (!file) {
      setRefused('Choose a file first.');
      return;
    }
    upload.mutate({ body: { fileName: file.name, contentBase64: await base64Of(file) } });
  };
  return (
    <Page
      title="Import contacts"
      back={
        <TextLink to="/contacts" search={{}}>
          All contacts
        </TextLink>
      }
      text="Any delimiter and encoding, LinkedIn's own Connections.csv, Sales Navigator and CRM exports."
    >
      <Section title="1. Choose the file">
        <Stack gap="md" maw={560}>
          <FileInput
            label="CSV file"
            description={`Up to ${megabytes} MB and ${limits.csvRows.toLocaleString('en')} rows. The first row holds the column names.`}
            placeholder="Choose a file"
            accept=".csv,.tsv,.txt,text/csv"
            clearable
            clearButtonProps={{ 'aria-label': 'Remove the file' }}
            value={file}
            onChange={choose}
            error={refused ?? (upload.error && 'This file cannot be imported.')}
          />
          {upload.error && (
            <ProblemAlert
              problem={upload.error.problem}
              rest={fieldErrors(upload.error.problem, ['contentBase64', 'fileName']).rest}
            />
          )}
          <Group>
            <Button
              onClick={() => void send()}
              loading={upload.isPending}
              disabled={refused !== null && file !== null}
            >
              Read file
            </Button>
          </Group>
        </Stack>
      </Section>
      {upload.data ? (
        <ImportMapping key={upload.data.id} preview={upload.data} />
      ) : (
        <Text size="sm" c="dimmed">
          Next: map the columns, name the list, and say on which legal basis these people are contacted.
        </Text>
      )}
    </Page>
  );
}
