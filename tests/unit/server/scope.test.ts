import { expect, it } from 'vitest';
import { channelsOf } from '../../../companion-server/services/scope.ts';
import { addSender, openStage, WORKSPACE } from '../../simulation/setup.ts';

it('another workspace asks in vain for the channels of a sender profile', async () => {
  const stage = await openStage(1);
  const senderId = 'anna';
  await addSender(stage, senderId);
  const { reader } = stage.ctx.db;
  expect(await channelsOf(reader, { workspaceId: WORKSPACE }, senderId)).toMatchObject({
    linkedin: { kind: 'linkedin' },
    email: { kind: 'email' },
  });
  await expect(channelsOf(reader, { workspaceId: 'other' }, senderId)).rejects.toMatchObject({
    code: 'not_found',
  });
  await stage.close();
});
