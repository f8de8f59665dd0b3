import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Every function that a file of the product gives to others says what it means: `npm run check` runs this. */
const files = ['shared', 'companion-server', 'extension'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/u.test(name))
    .map((name) => join(folder, name)),
);

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** Null: it declares no function. */
function functionName(statement: ts.Statement): string | null {
  if (ts.isFunctionDeclaration(statement)) return statement.name?.text ?? 'default';
  if (!ts.isVariableStatement(statement)) return null;
  const [declared] = statement.declarationList.declarations;
  const value = declared?.initializer;
  return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value))
    ? declared.name.getText()
    : null;
}

function isDocumented(statement: ts.Statement, text: string): boolean {
  const comments = ts.getLeadingCommentRanges(text, statement.getFullStart()) ?? [];
  return comments.some(({ pos }) => text.startsWith('/**', pos));
}

const missing: string[] = [];
let functions = 0;
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  for (const statement of source.statements) {
    const name = isExported(statement) ? functionName(statement) : null;
    if (name === null) continue;
    functions += 1;
    if (isDocumented(statement, text)) continue;
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
    missing.push(`${file}:${line + 1} ${name}`);
  }
}
// A check that looked at nothing must not pass.
if (functions < 500) missing.push(`only ${functions} exported functions were found in ${files.length} files`);
for (const each of missing) console.log(`no doc comment: ${each}`);
console.log(`${functions} exported functions, ${missing.length} without a doc comment`);
process.exit(missing.length === 0 ? 0 : 1);
