import { List, Text } from '@mantine/core';
import type { LostCapacity as Lost } from '#shared/contract/workspace.ts';
import { TextLink } from '../../components/Link.tsx';
import { Section } from '../../components/Section.tsx';
import { durationText } from '../../components/time.ts';

/** Working time of the last 7 days in which browsers with Rapport were closed. */
export function LostCapacity({ lost }: { lost: Lost }) {
  return (
    <Section
      title="Capacity lost to closed browsers"
      text="Working time of the last 7 days in which the browser with Rapport did not run. Nothing is lost but time: the steps wait."
    >
      <Text className="tabular">
        {lossText(lost)}
        {lost.profiles > 1 && ` Over ${lost.profiles} sender profiles.`}
      </Text>
      {lost.senders.length > 0 && (
        <List size="sm">
          {lost.senders.map((one) => (
            <List.Item key={one.senderId}>
              <TextLink to="/senders/$senderId" params={{ senderId: one.senderId }} search={{}}>
                {one.name}
              </TextLink>
              : {lossText(one)}
            </List.Item>
          ))}
        </List>
      )}
    </Section>
  );
}

function lossText({ lostMs, openMs, steps }: Pick<Lost, 'lostMs' | 'openMs' | 'steps'>): string {
  const share = openMs > 0 ? ` of ${durationText(openMs)} (${Math.round((100 * lostMs) / openMs)} %)` : '';
  const done = steps > 0 ? `, about ${steps} LinkedIn ${steps === 1 ? 'step' : 'steps'}` : '';
  return `${durationText(lostMs)}${share}${done}.`;
}
