import { expect, it } from 'vitest';
import { createLog } from '../../../companion-server/observability/log.ts';

function logged(error: unknown): string {
  let lines = '';
  const log = createLog('info', {
    write(line) {
      lines += line;
    },
  });
  log.error({ err: error }, 'mail worker failed');
  return lines;
}

it('keeps the values of a failed statement out of the log', () => {
  const cause = Object.assign(new Error('SQLITE_BUSY: database is locked'), { code: 'SQLITE_BUSY' });
  const failed = Object.assign(
    new Error('Failed query: insert into inbound_message values (?)\nparams: Dear Anna,\nmy number is 123', {
      cause,
    }),
    { query: 'insert', params: ['Dear Anna,\nmy number is 123'] },
  );
  const line = logged(failed);
  expect(line).not.toContain('Anna');
  expect(line).not.toContain('my number');
  expect(line).toContain('insert into inbound_message');
  expect(line).toContain('SQLITE_BUSY');
});
