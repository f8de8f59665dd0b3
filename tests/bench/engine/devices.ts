import { Agent, request } from 'node:http';
import { z } from 'zod';
import { nextWork } from '#shared/contract/deviceWork.ts';
import { sent } from './steps.ts';

/** Many devices in one process of their own; each asks, commits and reports over its own connection. */
const order = z.object({ port: z.number(), atOnce: z.number(), tokens: z.array(z.string()) });

process.on('message', async (message) => {
  const { port, atOnce, tokens } = order.parse(message);
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const took: number[] = [];

  function post(token: string, path: string, body: object): Promise<unknown> {
    const from = performance.now();
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      };
      const call = request({ agent, port, host: '127.0.0.1', method: 'POST', path, headers }, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          answer += part;
        });
        response.on('end', () => {
          took.push(performance.now() - from);
          if (response.statusCode === 200) resolve(JSON.parse(answer));
          else reject(new Error(`${path}: ${response.statusCode} ${answer}`));
        });
      });
      call.on('error', reject);
      call.end(text);
    });
  }

  async function doOne(token: string): Promise<boolean> {
    const work = nextWork.parse(await post(token, '/api/v1/device/next', { canAct: true }));
    if (work.type !== 'task') return false;
    const fence = { taskId: work.step.taskId, fence: work.step.fence };
    await post(token, '/api/v1/device/commit', { ...fence, lastInboundAt: null, profile: null });
    await post(token, '/api/v1/device/outcome', { ...fence, outcome: sent });
    return true;
  }

  let tasks = 0;
  const waiting = [...tokens];
  const from = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let token = waiting.pop(); token; token = waiting.pop()) if (await doOne(token)) tasks += 1;
    }),
  );
  const seconds = (performance.now() - from) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(took.length * share)] ?? 0;
  process.send?.({ tasks, seconds, p50: at(0.5), p99: at(0.99) });
});
