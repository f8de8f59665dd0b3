import type { Liquid, Template } from 'liquidjs';
import { limits } from '#shared/kernel/limits.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { createLiquid } from './liquid.ts';
import { escapeMarkdown } from './markdown.ts';
import { parseSpintax, type SpinNode, spin, spintaxParts } from './spintax.ts';

/** Names every template may use; custom fields of the contact come beside them. */
export const builtinVariables = [
  'firstName',
  'lastName',
  'fullName',
  'company',
  'title',
  'email',
  'location',
  'senderFirstName',
  'senderName',
] as const;
export type BuiltinVariable = (typeof builtinVariables)[number];

/** Values by name. Missing, null, undefined and blank all mean "without value". */
export type TemplateVariables = Record<string, string | null | undefined>;

export interface RenderError {
  code: 'missing_variable' | 'bad_template' | 'too_long';
  /** The field of the node: `text`, `note`, `subject`. */
  field: string;
  /** The first variable without value, for missing_variable. */
  variable: string | null;
  /** A sentence for the person who must act. */
  message: string;
}

export interface RenderOptions {
  field?: string;
  /** Longest allowed output in characters. */
  maxLength?: number;
  /** The text is Markdown (an email): values stand in it as they are. */
  markdown?: boolean;
}

const liquid = createLiquid();
/** For texts that are Markdown. */
const escaping = createLiquid(escapeMarkdown);

/**
 * The seed of a contact's spintax choices: the same text every time it is rendered, also before a template stands in any
 * step, so that its preview is what goes out.
 */
export function templateSeed(contactId: string): number {
  return seedOf(contactId);
}

/** The final text for one contact, or why there is none. Never throws. */
export function renderTemplate(
  template: string,
  variables: TemplateVariables,
  seed: number,
  options: RenderOptions = {},
): Result<string, RenderError> {
  const field = options.field ?? 'text';
  const maxLength = options.maxLength ?? limits.template;
  const fail = (code: RenderError['code'], message: string, variable: string | null = null) =>
    err({ code, field, variable, message });

  const engine = options.markdown ? escaping : liquid;
  const parsed = parseLiquid(spin(parsedSpintax(template), seededRng(seed)), engine);
  if (!parsed.ok) return fail('bad_template', parsed.error);
  const rendered = renderParsed(engine, parsed.value, variables);
  if (!rendered.ok) {
    const { variable, message } = rendered.error;
    return variable === null ? fail('bad_template', message) : fail('missing_variable', message, variable);
  }
  const text = rendered.value.trim();
  if (text === '') return fail('bad_template', 'The text is empty for this contact. Write something.');
  // A character takes at most two units, so that a text far too long is not taken apart.
  const length = text.length > 2 * maxLength ? text.length : [...text].length;
  if (length > maxLength) {
    return fail('too_long', `The text has ${length} characters, ${maxLength} are allowed. Shorten it.`);
  }
  return ok(text);
}

/** Why this template cannot be used for anybody (a sentence), or null. */
export function templateProblem(template: string): string | null {
  for (const part of spintaxParts(parseSpintax(template))) {
    const parsed = parseLiquid(part);
    if (!parsed.ok) return parsed.error;
  }
  return null;
}

/** The variables a template looks at, in any of its spintax choices; empty when it does not parse. */
export function variablesOf(template: string): string[] {
  const parsed = parseLiquid(spintaxParts(parseSpintax(template)).join('\n'));
  if (!parsed.ok) return [];
  try {
    return [...new Set(liquid.globalVariablesSync(parsed.value))].sort();
  } catch {
    return [];
  }
}

const spintax = new Map<string, SpinNode[]>();
const PARSED_AT_MOST = 500;

/** A template is rendered for thousands of contacts and read once. */
function parsedSpintax(template: string): SpinNode[] {
  return remembered(spintax, template, () => parseSpintax(template));
}

const templates = new Map<Liquid, Map<string, Template[]>>([
  [liquid, new Map()],
  [escaping, new Map()],
]);

function parseLiquid(text: string, engine = liquid): Result<Template[], string> {
  try {
    return ok(remembered(templates.get(engine) ?? new Map(), text, () => engine.parse(text)));
  } catch (error) {
    return err(`The text cannot be read: ${firstLine(error)}. Correct it in the editor.`);
  }
}

function remembered<T>(known: Map<string, T>, text: string, read: () => T): T {
  const found = known.get(text);
  if (found) return found;
  const made = read();
  if (known.size >= PARSED_AT_MOST) known.clear();
  known.set(text, made);
  return made;
}

function renderParsed(
  engine: Liquid,
  parsed: Template[],
  variables: TemplateVariables,
): Result<string, { variable: string | null; message: string }> {
  const scope = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => typeof value === 'string' && value.trim() !== ''),
  );
  try {
    const text: unknown = engine.renderSync(parsed, scope);
    return ok(String(text));
  } catch (error) {
    const variable = undefinedVariable(error);
    const message =
      variable === null
        ? `The text cannot be filled in: ${firstLine(error)}. Correct it in the editor.`
        : `"${variable}" has no value for this contact and the text has no fallback. ` +
          `Fill it in, or write {{ ${variable} | default: "…" }}.`;
    return err({ variable, message });
  }
}

/** liquidjs wraps its errors; the innermost one says "undefined variable: name". */
function undefinedVariable(error: unknown): string | null {
  const match = error instanceof Error ? /undefined variable: ([^\s,]+)/.exec(error.message) : null;
  return match?.[1] ?? null;
}

function firstLine(error: unknown): string {
  const line = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return line.replace(/, line:\d+, col:\d+$/, '').slice(0, 200);
}
