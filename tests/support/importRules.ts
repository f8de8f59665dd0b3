import type { IForbiddenRuleType } from 'dependency-cruiser';

function forbid(
  name: string,
  comment: string,
  from: string,
  to: string,
  except?: string,
): IForbiddenRuleType {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from },
    to: except ? { path: to, pathNot: except } : { path: to },
  };
}

/** Imports point only to shared; each rule says what it keeps apart. */
export const rules: IForbiddenRuleType[] = [
  {
    name: 'no-circular',
    comment: 'A cycle hides who depends on whom.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'not-to-unresolvable',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: '^#imports' },
  },
  forbid(
    'shared-is-pure',
    'shared runs everywhere: only zod and pure libraries.',
    '^shared/',
    '^(extension|companion-server|tests)/|node_modules/',
    'node_modules/(zod|liquidjs|temporal-polyfill|tldts|freemail|libphonenumber-js|uuid)/',
  ),
  forbid('extension-not-server', 'They meet only in shared/contract.', '^extension/', '^companion-server/'),
  forbid('server-not-extension', 'They meet only in shared/contract.', '^companion-server/', '^extension/'),
  forbid(
    'linkedin-alone',
    'What knows LinkedIn gets its page injected: no browser API, no storage, no interface.',
    '^extension/linkedin/',
    '^extension/(background|storage|ui|entrypoints)/|node_modules/(wxt|dexie|react)',
  ),
  forbid(
    'engine-alone',
    'The engine decides; it neither listens nor sends.',
    '^companion-server/engine/',
    '^companion-server/(http|email)/',
  ),
  forbid(
    'routes-not-db',
    'Routes are thin: services touch the database.',
    '^companion-server/http/',
    '^companion-server/db/',
  ),
  forbid(
    'dashboard-alone',
    'The dashboard speaks to the server by the contract.',
    '^companion-server/dashboard/',
    '^companion-server/(?!dashboard/)',
  ),
  forbid(
    'product-not-tests',
    'The product does not need its tests.',
    '^(shared|extension|companion-server)/',
    '^tests/',
  ),
];
