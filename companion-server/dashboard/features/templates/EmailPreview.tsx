import { Alert, List, Stack, Tabs, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { templateRoutes } from '#shared/contract/template.ts';
import { queryFor } from '../../api/client.ts';
import { Loaded } from '../../components/Loaded.tsx';

interface Props {
  subject: string;
  text: string;
  attachments: readonly string[];
  senderId: string | null;
  contactId: string | null;
}

/** What one contact would get, built by the server as it is sent; or what it would wait for. */
export function EmailPreview(props: Props) {
  const [asked] = useDebouncedValue(props, 400);
  const query = useQuery({
    ...queryFor(templateRoutes.preview, { body: { ...asked, attachments: [...asked.attachments] } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Loaded query={query} what="the preview">
      {({ contactName, subject, plain, html, characters, missing, problem }) =>
        plain === null || html === null ? (
          <Alert variant="outline" color="orange" title={`This would not go out to ${contactName}`}>
            {missing.length > 0 && (
              <>
                <Text size="sm">
                  It would wait as Missing data until there is a value, or a fallback, for:
                </Text>
                <List size="sm">
                  {missing.map((name) => (
                    <List.Item key={name}>{`${name}: write {{ ${name} | default: "…" }}`}</List.Item>
                  ))}
                </List>
              </>
            )}
            {problem && <Text size="sm">{problem}</Text>}
          </Alert>
        ) : (
          <Stack gap="xs">
            {problem && (
              <Text size="sm" c="var(--mantine-color-error)">
                {problem}
              </Text>
            )}
            <Text size="sm">
              To {contactName}, subject: <b>{subject || 'that of the thread'}</b>{' '}
              <Text span c="dimmed" className="tabular">
                ({characters} characters)
              </Text>
            </Text>
            <Tabs defaultValue="html" keepMounted={false}>
              <Tabs.List>
                <Tabs.Tab value="html">As HTML</Tabs.Tab>
                <Tabs.Tab value="plain">As plain text</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="html" pt="xs">
                {/* No scripts, no links that open: a picture of the message. */}
                <iframe
                  title="The email as HTML"
                  sandbox=""
                  srcDoc={html}
                  style={{
                    width: '100%',
                    height: 260,
                    border: '1px solid var(--mantine-color-default-border)',
                    background: 'white',
                  }}
                />
              </Tabs.Panel>
              <Tabs.Panel value="plain" pt="xs">
                <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                  {plain}
                </Text>
              </Tabs.Panel>
            </Tabs>
          </Stack>
        )
      }
    </Loaded>
  );
}
