import type { EnrollmentView } from '#shared/contract/contact.ts';
import { enrollmentStatuses } from '#shared/statuses/dictionary.ts';

/** A live table on a terminal; on anything else a line per change, so that logs stay readable. */
export interface ProgressTable {
  show(enrollments: readonly EnrollmentView[], scheduleNow: number): void;
}

const CLEAR_BELOW = '\u001b[0J';

function lineOf(enrollment: EnrollmentView): string {
  return `  ${enrollment.contactName.padEnd(14)} ${enrollmentStatuses[enrollment.status].label.padEnd(14)} ${enrollment.sentence}`;
}

export function createProgressTable(out: NodeJS.WriteStream): ProgressTable {
  const last = new Map<string, string>();
  let printed = 0;
  return {
    show(enrollments, scheduleNow) {
      const clock = new Date(scheduleNow).toISOString().slice(0, 16).replace('T', ' ');
      const lines = enrollments.map(lineOf);
      if (out.isTTY) {
        const width = out.columns ?? 100;
        const screen = [`Schedule time ${clock} UTC`, ...lines].map((line) => line.slice(0, width - 1));
        out.write(`${printed > 0 ? `\u001b[${printed}A` : ''}${CLEAR_BELOW}${screen.join('\n')}\n`);
        printed = screen.length;
        return;
      }
      for (const [index, enrollment] of enrollments.entries()) {
        const line = lines[index] ?? '';
        if (last.get(enrollment.id) === line) continue;
        last.set(enrollment.id, line);
        out.write(`${clock} ${line}\n`);
      }
    },
  };
}
