import { seedOf } from '#shared/kernel/prng.ts';
import { err, type Result } from '#shared/kernel/result.ts';

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
}

/** The seed of a contact's spintax choices in one node: the same text every time it is rendered. */
export function templateSeed(contactId: string, nodeId: string): number {
  return seedOf(contactId + nodeId);
}

/** The final text for one contact, or why there is none. Never throws. */
export function renderTemplate(
  _template: string,
  _variables: TemplateVariables,
  _seed: number,
  options: RenderOptions = {},
): Result<string, RenderError> {
  return err({ code: 'bad_template', field: options.field ?? 'text', variable: null, message: '' });
}

/** Why this template cannot be used for anybody (a sentence), or null. */
export function templateProblem(_template: string): string | null {
  return null;
}

/** The variables a template looks at, in any of its spintax choices; empty when it does not parse. */
export function variablesOf(_template: string): string[] {
  return [];
}
