// Maps estimated from random probes: how many are asked for, and how a map is refined in place until it is exact or the reader stops it. Pure.

import type { MapName, ModelInfo, ProbedMapName } from '../engine/protocol';
import type { State } from './store';

/** The first estimate; every further one has twice as many. */
const firstProbes = 16;
/** FLOPs of an estimate that is made unasked: a second or two. */
const unasked: Readonly<Record<ModelInfo['device']['kind'], number>> = { webgpu: 2e10, reference: 1e9 };

export function isProbed(map: MapName): map is ProbedMapName {
  return map === 'norm' || map === 'trace';
}

export function probesAtFirst({ dModel }: Pick<ModelInfo, 'dModel'>): number {
  return Math.min(firstProbes, dModel);
}

/** Whether the first estimate is cheap enough to be made unasked: every parameter multiplies each of its tokens once a probe. */
export function isCheap(
  model: Pick<ModelInfo, 'dModel' | 'parameters' | 'device' | 'causal'>,
  tokens: number,
): boolean {
  const pairs = tokens ** 2 / (model.causal ? 2 : 1);
  return 2 * model.parameters * pairs * probesAtFirst(model) <= unasked[model.device.kind];
}

/** Whether so many tokens may be run through the model unasked. */
export function isCheapRun({ parameters, device }: Pick<ModelInfo, 'parameters' | 'device'>, tokens: number): boolean {
  return 2 * parameters * tokens <= unasked[device.kind];
}

/** A map's request key without its number of probes: the same for an estimate and what it is refined to. */
export function questionOf(key: string): string {
  return key.replace(/"probes":\d+,/, '');
}

type Refining = Pick<State, 'refining' | 'probes' | 'slots' | 'model'>;

/** What the map under refinement needs next: twice the probes once the last ones are there; null: it is being computed, or there is none. */
export function nextStep({ refining, probes, slots, model }: Refining): Partial<State> | null {
  if (refining === null) return null;
  const slot = Object.values(slots).find(({ key }) => questionOf(key) === refining);
  const count = probes[refining];
  const all = model?.dModel ?? 0;
  if (slot?.status === 'loading' || (slot && !slot.key.includes(`"probes":${count},`))) return null;
  if (slot?.status !== 'ready' || count === undefined || count >= all) return { refining: null };
  return { probes: { ...probes, [refining]: Math.min(all, 2 * count) } };
}

/** Back to the picture that is there. */
export function stopped({ refining, probes, slots }: Refining): Partial<State> {
  if (refining === null) return {};
  for (const { key, value } of Object.values(slots)) {
    if (questionOf(key) !== refining || value === null || !('estimate' in value) || !value.estimate) continue;
    return { refining: null, probes: { ...probes, [refining]: value.estimate.probes } };
  }
  return { refining: null };
}
