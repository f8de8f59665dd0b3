import { parseCatalogue, shippedCatalogue } from '#linkedin/index.ts';
import type { StateStore } from '../storage/state.ts';
import type { CatalogueUpdates } from './runner/ports.ts';

/** Characters of a problem that are told. */
const PROBLEM_MAX = 500;

/**
 * The server's update of the selector catalogue. One that does not parse is not kept, only its id, so that it is not
 * asked for again, and why, which the server is told; the built-in catalogue rules then.
 */
export function createCatalogueUpdates(store: StateStore): CatalogueUpdates & {
  /** As it came, for the page, which parses it once more; null: none. */
  update(): Promise<unknown>;
} {
  return {
    async state() {
      const kept = await store.get('catalogue');
      const parsed = kept?.update ? parseCatalogue(kept.update, null) : null;
      return {
        held: kept?.id ?? null,
        inForce: parsed?.ok ? parsed.value.version : shippedCatalogue.version,
        problem: kept?.problem ?? null,
      };
    },
    async drop(problem) {
      const kept = await store.get('catalogue');
      if (kept)
        await store.set('catalogue', { ...kept, update: null, problem: problem.slice(0, PROBLEM_MAX) });
    },
    async take({ id, catalogue }) {
      const parsed = catalogue === null ? null : parseCatalogue(catalogue, null);
      if (parsed && !parsed.ok) {
        await store.set('catalogue', { id, update: null, problem: parsed.error.slice(0, PROBLEM_MAX) });
        return;
      }
      await store.set('catalogue', { id, update: catalogue, problem: null });
    },
    update: async () => (await store.get('catalogue'))?.update ?? null,
  };
}
