// Whether a question goes through matrices of whole sublayers, one a token (program/merged.ts), instead of op by op: by FLOPs, the making of the
// matrices included, and by what they take on the device beside the passes. They live as long as the question.

import type { Signal } from '../../program/backend';
import {
  flopsPerRow,
  mergedOperators,
  mergedPath,
  operatorsCost,
  type Segment,
  segmentsOf,
  tokensAtOnce,
} from '../../program/merged';
import type { Frozen } from '../../program/op';
import type { PassCost } from '../../program/planner';
import type { Checkpoint } from '../../program/readings';
import type { FrozenPath } from '../activeRun';
import type { GateRule } from '../protocol';
import { contextOf, passRequest, type Question } from './question';

export interface Merging {
  readonly segments: readonly Segment[];
  /** The path with the matrices in it. What is frozen of these is there only inside `withMerged`. */
  readonly frozenPath: FrozenPath;
  /** Of all matrices. */
  readonly bytes: number;
  /** What making them costs, each with those before it on the device. */
  readonly costs: readonly PassCost[];
  /** For the plan; empty without any. */
  readonly words: string;
}

export interface MergeOptions {
  /** Rows (columns at a token) that the question sends through a segment in all. */
  readonly rows: (segment: Segment) => number;
  /** For tests: merges whatever it can, or nothing. */
  readonly force?: boolean | undefined;
}

/** The saving must be worth the second way through the model. */
const clearly = 0.9;

/** Of the bytes of a pass: what all matrices may take, and what making those of one segment may take on the way. */
const shareHeld = 1 / 2;
const shareMaking = 1 / 4;

export async function planMerging(
  question: Question,
  frozenPath: FrozenPath,
  rule: GateRule,
  { rows, force }: MergeOptions,
): Promise<Merging> {
  const { session, run } = question;
  const { backend, program } = session;
  const { tokens } = run.trace;
  const request = passRequest(question, frozenPath, rule);
  const chosen: Segment[] = [];
  const costs: PassCost[] = [];
  const held = shareHeld * session.passBytes();
  let bytes = 0;
  // Patterns of a block that is gone cannot be met later: where a run keeps one block's coefficients at a time, ops stay as they are.
  const mergeable = force === false || run.trace.blocks ? [] : segmentsOf(frozenPath.path, program.dModel);
  for (const segment of mergeable) {
    const { inputs, outputs } = segment.merged;
    const own = tokens * inputs * outputs * backend.bytesPerNumber;
    if (own > backend.maxArrayBytes || bytes + own > held) continue;
    const flops = flopsPerRow(segment);
    const crossing = rows(segment);
    if (!force && crossing * (flops.plain - flops.merged) <= 0) continue;
    const making = await operatorsCost(request, segment, atOnceOf(question, segment));
    if (!force && making.flops + crossing * flops.merged > clearly * crossing * flops.plain) continue;
    chosen.push(segment);
    costs.push({ ...making, peakBytes: making.peakBytes + bytes });
    bytes += own;
  }
  return {
    segments: chosen,
    frozenPath: { ...frozenPath, path: mergedPath(frozenPath.path, chosen) },
    bytes,
    costs,
    words: wordsFor(chosen, program.blocks),
  };
}

function atOnceOf({ session, run }: Question, segment: Segment): number {
  const { bytesPerNumber } = session.backend;
  return tokensAtOnce(segment, run.trace.tokens, bytesPerNumber, shareMaking * session.passBytes());
}

function wordsFor(segments: readonly Segment[], blocks: number): string {
  if (segments.length === 0) return '';
  const of = segments.length === blocks ? '' : ` of ${segments.length} block${segments.length === 1 ? '' : 's'}`;
  return `, FFNs${of} merged per token`;
}

/** Makes the matrices, lets `use` have the path with them in it, and frees them. */
export async function withMerged<T>(
  question: Question,
  merging: Merging,
  rule: GateRule,
  checkpoint: Checkpoint,
  use: (frozenPath: FrozenPath) => Promise<T>,
): Promise<T> {
  const { backend } = question.session;
  const { tokens } = question.run.trace;
  const { segments, frozenPath } = merging;
  const made: Signal[] = [];
  const operators = new Map<string, Frozen>();
  try {
    for (const segment of segments) {
      const matrices = await mergedOperators(
        contextOf(question, rule),
        segment,
        frozenPath.frozenOf,
        tokens,
        atOnceOf(question, segment),
        checkpoint,
      );
      made.push(matrices);
      operators.set(segment.merged.output, { operators: matrices.data });
    }
    return await use({
      path: frozenPath.path,
      frozenOf: (output) => operators.get(output) ?? frozenPath.frozenOf(output),
    });
  } finally {
    for (const { data } of made) backend.free(data);
  }
}
