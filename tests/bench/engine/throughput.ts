import { parseArgs } from 'node:util';
import { wake } from '../../../companion-server/engine/flow/wake.ts';
import { measureHttp } from './http.ts';
import { measureSteps, sendersWithWork } from './steps.ts';
import { openWorld } from './world.ts';

/** Whole steps and HTTP tasks in a process that does nothing else, so that its memory is the engine's. */
const { values } = parseArgs({
  options: Object.fromEntries(
    ['folder', 'size', 'senders', 'steps', 'batch', 'devices', 'atOnce', 'devicesProgram'].map((name) => [
      name,
      { type: 'string' as const },
    ]),
  ),
});
const number = (name: string) => Number(values[name]);

const world = await openWorld(String(values.folder), number('size'), number('senders'));
await measureSteps(world, Math.min(2_000, number('steps')), number('batch'));
const steps = await measureSteps(world, number('steps'), number('batch'));
world.pass(60_000 * 60);
while ((await sendersWithWork(world, number('devices'))).length < number('devices')) {
  if (!(await wake(world.ctx, 200))) break;
}
const http = await measureHttp(world, number('devices'), number('atOnce'), String(values.devicesProgram));
await world.close();
process.send?.({ steps, http });
process.exit(0);
