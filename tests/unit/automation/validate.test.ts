import { describe, expect, it } from 'vitest';
import type { Graph } from '#shared/automation/graph.ts';
import { validateGraph } from '#shared/automation/validate.ts';
import { noteExceedsBasic } from '#shared/automation/validateNodes.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import {
  condition,
  end,
  graphOf,
  message,
  node,
  segment,
  sender,
  visit,
  waitUntil,
} from '../../support/graphs.ts';

const codes = (graph: Graph) => validateGraph(graph).map(({ code, nodeId, field }) => [code, nodeId, field]);
const oneNode = (only: Parameters<typeof graphOf>[0][number]) => codes(graphOf([only], []));

describe('validateGraph', () => {
  it('accepts a good graph', () => {
    const graph = graphOf(
      [visit('a'), waitUntil('w', 'accepted', HOUR), message('m', 'Hi {{ firstName }}'), end('e')],
      ['a>w', 'w:happened>m', 'w:timeout>e', 'm>e'],
    );
    expect(validateGraph(graph)).toEqual([]);
  });

  it('lists all problems of an empty graph', () => {
    expect(codes({ nodes: [], edges: [] })).toEqual([
      ['no_segment', null, null],
      ['no_action', null, null],
    ]);
  });

  it('finds several problems at once, each with its place', () => {
    const graph = graphOf([condition('if', 'replied'), message('m', ' ')], ['if:yes>m']);
    expect(codes(graph)).toEqual([
      ['missing_exit', 'if', 'no'],
      ['missing_text', 'm', 'text'],
    ]);
  });

  it('refuses loops, naming only the steps on them', () => {
    const graph = graphOf([visit('a'), visit('b'), visit('c')], ['a>b', 'b>a', 'b>c']);
    expect(codes(graph)).toEqual([
      ['loop', 'a', null],
      ['loop', 'b', null],
    ]);
  });

  it('finds what nothing leads to, also when it leads to itself', () => {
    expect(codes(graphOf([visit('a'), visit('b')], []))).toEqual([['unreachable', 'b', null]]);
    expect(codes(graphOf([visit('a'), visit('b')], ['b>b']))).toEqual([
      ['unreachable', 'b', null],
      ['loop', 'b', null],
    ]);
  });

  it('demands lists, senders, and a Sender Profile right after each Segment', () => {
    const graph: Graph = {
      nodes: [
        segment('s', []),
        {
          ...sender('p'),
          config: { senders: [], preferLatestContacted: true, ignorePreviousInteractions: false },
        } as Graph['nodes'][number],
        visit('v'),
        segment('t'),
      ],
      edges: [
        { id: '1', source: 's', exit: 'next', target: 'p' },
        { id: '2', source: 'p', exit: 'next', target: 'v' },
        { id: '3', source: 't', exit: 'next', target: 'v' },
      ],
    };
    expect(codes(graph)).toEqual([
      ['no_list', 's', 'listIds'],
      ['no_sender', 'p', 'senders'],
      ['no_sender_profile', 't', null],
    ]);
  });

  it('refuses edges that lead nowhere, from unknown exits, or into a Segment', () => {
    const graph = graphOf([visit('a')], ['a>ghost', 'a:yes>a2', 'a>segment']);
    expect(validateGraph(graph).map((problem) => problem.code)).toEqual([
      'unknown_target',
      'unknown_target',
      'unknown_target',
      'loop',
      'loop',
      'loop',
    ]);
    expect(codes(graphOf([visit('a'), visit('b')], ['a:yes>b']))).toEqual([['unknown_exit', 'a', null]]);
  });

  it('finds ids used twice', () => {
    const graph = graphOf([visit('a'), visit('a')], []);
    expect(codes(graph)).toEqual([['duplicate_id', 'a', null]]);
  });

  it('checks the texts', () => {
    expect(oneNode(message('m', 'Hi {{ firstName'))).toEqual([['bad_template', 'm', 'text']]);
    expect(
      oneNode(node('send_email', 'm', { subject: '', text: '', thread: 'new', attachments: [] })),
    ).toEqual([
      ['missing_subject', 'm', 'subject'],
      ['missing_text', 'm', 'text'],
    ]);
    expect(
      oneNode(node('send_email', 'm', { subject: '', text: 'x', thread: 'reply', attachments: [] })),
    ).toEqual([]);
  });

  it('asks what to do without a note, and refuses notes no plan allows', () => {
    const note = (text: string | null, whenNoNote: 'skip' | null) =>
      node('connect', 'c', { note: text, whenNoNote });
    expect(oneNode(note(null, null))).toEqual([]);
    expect(oneNode(note('Hi', null))).toEqual([['when_no_note', 'c', 'whenNoNote']]);
    expect(oneNode(note('x'.repeat(300), 'skip'))).toEqual([]);
    expect(oneNode(note('x'.repeat(301), 'skip'))).toEqual([['note_too_long', 'c', 'note']]);
    const either = `{% if company %}${'x'.repeat(200)}{% else %}${'y'.repeat(200)}{% endif %}`;
    expect(oneNode(note(either, 'skip'))).toEqual([]);
    expect(oneNode(note(`${'x'.repeat(299)}{a|${'b'.repeat(90)}}`, 'skip'))).toEqual([]);
  });

  it('warns of notes beyond a Basic account', () => {
    expect(noteExceedsBasic('x'.repeat(200))).toBe(false);
    expect(noteExceedsBasic('x'.repeat(201))).toBe(true);
  });
});
