import { eq } from 'drizzle-orm';
import { landings, type MovePlan } from '#shared/automation/versionDiff.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import type { VersionPreview } from '#shared/contract/version.ts';
import { must } from '#shared/kernel/assert.ts';
import { type Queryable, schema } from '../../db/index.ts';
import * as engine from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { Refusal } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import { changedStepsOf, previewDraft, type VersionRow } from './preview.ts';
import { requireRunning } from './status.ts';
import { type AutomationRow, automationOf, getAutomation } from './view.ts';

const { automationVersion } = schema;

/** What publishing the draft would do to the contacts on changed nodes. Refuses with `not_running`. */
export async function previewVersion(
  call: MemberCall,
  automationId: string,
  choices: MovePlan,
): Promise<VersionPreview> {
  requireManager(call);
  const row = requireRunning(await automationOf(call.db.reader, call, automationId));
  requireTargets(row, choices);
  return previewDraft(call, row, await versionOf(call.db.reader, row.versionId), choices);
}

/** Publishes only what was previewed: a draft or a version that changed since is refused, a missing choice too. */
export async function publishVersion(
  call: MemberCall,
  automationId: string,
  { choices, basedOn }: { choices: MovePlan; basedOn: number },
): Promise<{ published: boolean; preview: VersionPreview }> {
  requireManager(call);
  const row = requireRunning(await automationOf(call.db.reader, call, automationId));
  requireTargets(row, choices);
  const current = await versionOf(call.db.reader, row.versionId);
  if (current.number !== basedOn) throw changedMeanwhile();
  const preview = await previewDraft(call, row, current, choices);
  if (!isReady(preview)) return { published: false, preview };
  return call.db.write(async (tx) => {
    const now = requireRunning(await automationOf(tx, call, automationId));
    const isSame = now.versionId === row.versionId && JSON.stringify(now.draft) === JSON.stringify(row.draft);
    if (!isSame) throw changedMeanwhile();
    // Contacts moved while the check ran: nobody may stand where nothing is chosen.
    const steps = await changedStepsOf(tx, now, current.graph, choices);
    if (!isReady({ ...preview, steps })) return { published: false, preview: { ...preview, steps } };
    await engine.publishVersion(unitOf(call, tx), now, {
      graph: now.draft,
      plan: choices,
      by: call.actor.userId,
    });
    const data = { number: current.number + 1 };
    await audit(tx, call, {
      action: 'automation.version_published',
      entity: 'automation',
      entityId: automationId,
      data,
    });
    return { published: true, preview: { ...preview, steps } };
  });
}

/** Goes back to the version before. Refuses with `nothing_to_undo` after 24 hours or another edit. */
export async function undoPublishing(call: MemberCall, automationId: string): Promise<AutomationDetail> {
  requireManager(call);
  await call.db.write(async (tx) => {
    const row = requireRunning(await automationOf(tx, call, automationId));
    if (!(await engine.undoPublishing(unitOf(call, tx), row, call.actor.userId))) {
      throw new Refusal(
        409,
        'nothing_to_undo',
        'Publishing can be undone for 24 hours and until the next edit; that time is over.',
        'Edit the automation and publish again.',
      );
    }
    await audit(tx, call, {
      action: 'automation.publishing_undone',
      entity: 'automation',
      entityId: automationId,
    });
  });
  return getAutomation(call, automationId);
}

/** The version, which must be there. */
export async function versionOf(db: Queryable, versionId: string): Promise<VersionRow> {
  const rows = await db.select().from(automationVersion).where(eq(automationVersion.id, versionId));
  return must(rows[0], `version ${versionId}`);
}

function isReady({ canPublish, steps }: VersionPreview): boolean {
  return canPublish && steps.every(({ needsChoice }) => !needsChoice);
}

/** Contacts can only be sent to steps of the draft. */
function requireTargets({ draft }: AutomationRow, { targets }: MovePlan): void {
  const known = new Set(landings(draft).map(({ id }) => id));
  const wrong = Object.entries(targets).filter(([, target]) => target !== null && !known.has(target));
  if (wrong.length === 0) return;
  throw new Refusal(
    422,
    'unknown_target',
    'A step that contacts should go to is not in the draft.',
    'Choose another step.',
    wrong.map(([nodeId]) => ({ field: nodeId, message: 'Choose a step of the draft.' })),
  );
}

function changedMeanwhile(): Refusal {
  return new Refusal(
    409,
    'changed_meanwhile',
    'The automation was changed meanwhile.',
    'Look at the changes again.',
  );
}
