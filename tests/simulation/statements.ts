import { createRequire } from 'node:module';

interface Statement {
  columns(): unknown[];
}
interface Connection {
  prepare(text: string): Statement;
  exec(text: string): void;
}

interface Beside {
  exec(text: string): Promise<void>;
}

const known = new WeakMap<Connection, Map<string, Statement>>();
const KEPT = 1_000;

/**
 * Lets libSQL's client prepare each text once per connection instead of each time it runs: a fifth of what a seed costs.
 * SQLite itself prepares a kept statement anew when the schema has changed.
 */
export function prepareOnce(): void {
  const require = createRequire(import.meta.resolve('@libsql/client'));
  const { prototype } = require('libsql') as { prototype: Connection };
  const { prepare } = prototype;
  prototype.prepare = function (text) {
    const statements = known.get(this) ?? new Map<string, Statement>();
    known.set(this, statements);
    const kept = statements.get(text);
    if (kept) return kept;
    const statement = prepare.call(this, text);
    if (!/^\s*(select|insert|update|delete|with)\b/i.test(text) || statements.size >= KEPT) return statement;
    let columns: unknown[] | null = null;
    const read = statement.columns.bind(statement);
    statement.columns = () => {
      columns ??= read();
      return columns;
    };
    statements.set(text, statement);
    return statement;
  };
}

/**
 * Lets a commit run in this thread instead of one beside it: how many turns of the event loop the disk takes is up to the
 * machine, and nothing counts that work, so that virtual time would go on during it.
 */
export function commitAtOnce(): void {
  const require = createRequire(import.meta.resolve('@libsql/client'));
  const { prototype } = require('libsql') as { prototype: Connection };
  const beside = require('libsql/promise') as { prototype: Beside };
  beside.prototype.exec = async function (this: Connection, text) {
    prototype.exec.call(this, text);
  };
}
