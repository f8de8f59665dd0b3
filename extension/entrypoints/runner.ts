import { defineUnlistedScript } from 'wxt/utils/define-unlisted-script';
import { serve } from '../page/serve.ts';

/** Injected into the working tab's top frame when there is work. A second copy in one page does nothing. */
export default defineUnlistedScript(() => {
  const page = globalThis as typeof globalThis & { rapportRunner?: true };
  if (page.rapportRunner) return;
  page.rapportRunner = true;
  serve();
});
