import { Stack, Tabs } from '@mantine/core';
import { IconBrandLinkedin, IconClock, IconMail, IconMailCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { senderRoutes } from '#shared/contract/sender.ts';
import { queryFor } from '../../api/client.ts';
import { Holds } from '../../components/Holds.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded, Loading } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { RedDot } from '../../components/RedDot.tsx';
import { DeliverabilityTab } from './DeliverabilityTab.tsx';
import { EmailTab } from './EmailTab.tsx';
import { LinkedinTab } from './LinkedinTab.tsx';
import { OwnerControl } from './OwnerControl.tsx';
import { SenderBadges } from './SenderBadges.tsx';
import { DeleteSender, Retiring } from './SenderLife.tsx';
import { senderTab } from './senderTab.ts';

/** Time zones are heavy; only this tab needs them. */
const PaceTab = lazy(() =>
  import('./PaceTab.tsx').then(({ PaceTab: component }) => ({ default: component })),
);

/** One sender profile: its LinkedIn account, its mailbox, its pace. */
export function SenderPage() {
  const { senderId } = useParams({ from: '/shell/senders/$senderId' });
  const { tab = 'linkedin' } = useSearch({ from: '/shell/senders/$senderId' });
  const navigate = useNavigate();
  const query = useQuery(queryFor(senderRoutes.get, { params: { senderId } }));
  return (
    <Page
      title={query.data?.name ?? 'Sender profile'}
      back={<TextLink to="/senders">All sender profiles</TextLink>}
      beside={query.data && <SenderBadges sender={query.data} />}
      actions={query.data && <DeleteSender sender={query.data} />}
    >
      <Loaded query={query} what="the sender profile">
        {(sender) => (
          <Stack gap="lg">
            <Retiring sender={sender} />
            <Holds holds={sender.holds} />
            <OwnerControl sender={sender} />
            <Tabs
              value={tab}
              keepMounted={false}
              onChange={(value) =>
                void navigate({
                  to: '/senders/$senderId',
                  params: { senderId },
                  search: { tab: senderTab.catch('linkedin').parse(value) },
                  replace: true,
                })
              }
            >
              <Tabs.List mb="md">
                <Tabs.Tab
                  value="linkedin"
                  leftSection={<IconBrandLinkedin aria-hidden size={18} />}
                  rightSection={sender.redDot.linkedin && <RedDot label="Inactive" />}
                >
                  LinkedIn
                </Tabs.Tab>
                <Tabs.Tab
                  value="email"
                  leftSection={<IconMail aria-hidden size={18} />}
                  rightSection={sender.redDot.email && <RedDot label="Inactive" />}
                >
                  Email
                </Tabs.Tab>
                <Tabs.Tab value="deliverability" leftSection={<IconMailCheck aria-hidden size={18} />}>
                  Deliverability
                </Tabs.Tab>
                <Tabs.Tab value="pace" leftSection={<IconClock aria-hidden size={18} />}>
                  Hours and caps
                </Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="linkedin">
                <LinkedinTab sender={sender} />
              </Tabs.Panel>
              <Tabs.Panel value="email">
                <EmailTab sender={sender} />
              </Tabs.Panel>
              <Tabs.Panel value="deliverability">
                <DeliverabilityTab sender={sender} />
              </Tabs.Panel>
              <Tabs.Panel value="pace">
                <Suspense fallback={<Loading what="hours and caps" />}>
                  <PaceTab sender={sender} />
                </Suspense>
              </Tabs.Panel>
            </Tabs>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
