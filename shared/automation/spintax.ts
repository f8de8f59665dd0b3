import type { Rng } from '#shared/kernel/prng.ts';

/**
 * Spintax `{a|b}` around Liquid: `{{ … }}` and `{% … %}` are opaque, groups may nest, braces without a bar between
 * them are plain text. Chosen before Liquid renders, so that a contact's data can never become a group.
 */
export type SpinNode = string | { choices: SpinNode[][] };

/** A group that is still open: its finished choices and the one being read. */
interface OpenGroup {
  choices: SpinNode[][];
  current: SpinNode[];
}

/** Reads the text once, with a stack of open groups. */
export function parseSpintax(text: string): SpinNode[] {
  const stack: OpenGroup[] = [];
  let group: OpenGroup = { choices: [], current: [] };
  let at = 0;
  while (at < text.length) {
    const end = liquidEnd(text, at) ?? at + 1;
    const piece = text.slice(at, end);
    at = end;
    if (piece === '{') {
      stack.push(group);
      group = { choices: [], current: [] };
    } else if (piece === '|' && stack.length > 0) {
      group.choices.push(group.current);
      group.current = [];
    } else if (piece === '}' && stack.length > 0) {
      const outer = stack.pop() ?? group;
      append(outer.current, closed(group));
      group = outer;
    } else {
      append(group.current, [piece]);
    }
  }
  while (stack.length > 0) {
    const outer = stack.pop() ?? group;
    append(outer.current, ['{', ...plain(group)]);
    group = outer;
  }
  return group.current;
}

function closed(group: OpenGroup): SpinNode[] {
  if (group.choices.length === 0) return ['{', ...group.current, '}'];
  return [{ choices: [...group.choices, group.current] }];
}

/** A group that was never closed is plain text, bars included. */
function plain(group: OpenGroup): SpinNode[] {
  return [...group.choices.flatMap((choice) => [...choice, '|']), ...group.current];
}

/** Adds nodes, joining neighbouring pieces of plain text. */
function append(nodes: SpinNode[], added: readonly SpinNode[]): void {
  for (const node of added) {
    const last = nodes.at(-1);
    if (typeof node === 'string' && typeof last === 'string') nodes[nodes.length - 1] = last + node;
    else nodes.push(node);
  }
}

/** One text, drawing once per group in reading order. */
export function spin(nodes: readonly SpinNode[], rng: Rng): string {
  let text = '';
  for (const node of nodes) {
    if (typeof node === 'string') text += node;
    else text += spin(node.choices[Math.floor(rng() * node.choices.length)] ?? [], rng);
  }
  return text;
}

/** The text outside of groups, then every choice by itself: each must be a whole template of its own. */
export function spintaxParts(nodes: readonly SpinNode[]): string[] {
  const parts: string[] = [];
  let outer = '';
  for (const node of nodes) {
    if (typeof node === 'string') outer += node;
    else for (const choice of node.choices) parts.push(...spintaxParts(choice));
  }
  return [outer, ...parts];
}

/** Where the Liquid output or tag that starts here ends; null: none starts here. */
function liquidEnd(text: string, at: number): number | null {
  const close = text.startsWith('{{', at) ? '}}' : text.startsWith('{%', at) ? '%}' : null;
  if (close === null) return null;
  const end = text.indexOf(close, at + 2);
  return end === -1 ? null : end + 2;
}
