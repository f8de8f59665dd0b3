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

/** Which folders of the server each of them may import, beside itself. */
const within: Record<string, string[]> = {
  http: ['services', 'auth', 'network'],
  services: ['engine', 'email', 'db', 'vault', 'auth', 'network', 'observability'],
  engine: ['db'],
  auth: ['db', 'observability'],
  email: ['network'],
  network: [],
  vault: [],
  db: [],
  observability: [],
  // It speaks to the server by the contract.
  dashboard: [],
};

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
    'node_modules/(zod|liquidjs|temporal-polyfill|tldts|freemail|markdown-it|uuid)/',
  ),
  forbid('extension-not-server', 'They meet only in shared/contract.', '^extension/', '^companion-server/'),
  forbid('server-not-extension', 'They meet only in shared/contract.', '^companion-server/', '^extension/'),
  forbid(
    'linkedin-alone',
    'What knows LinkedIn gets its page injected: no browser API, no storage, no interface.',
    '^extension/linkedin/',
    '^extension/(background|storage|ui|entrypoints)/|node_modules/(wxt|dexie|react)',
  ),
  ...Object.entries(within).map(([folder, may]) =>
    forbid(
      `${folder}-imports`,
      'What each folder of the server may import: the table in companion-server/README.md.',
      `^companion-server/${folder}/`,
      '^companion-server/',
      `^companion-server/(${[folder, ...may].join('|')})/`,
    ),
  ),
  forbid(
    'product-not-tests',
    'The product does not need its tests.',
    '^(shared|extension|companion-server)/',
    '^tests/',
  ),
];
