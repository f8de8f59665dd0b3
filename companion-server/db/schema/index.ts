export * from './auth.ts';
export * from './automations.ts';
export * from './bulk.ts';
export * from './contacts.ts';
export * from './history.ts';
export * from './nodes.ts';
export * from './senders.ts';
export * from './sessions.ts';
