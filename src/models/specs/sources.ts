// Collects where a family's arrays lie in its files: canonical name → tensor, part by part.

import type { Layout } from '../../program/backend';
import type { WeightName } from '../../program/program';
import type { Slice, WeightMap, WeightSource } from '../spec';

export interface SourceDefaults {
  /** What may stand before a tensor's name, best first. */
  readonly prefixes: readonly string[];
  readonly layout: Layout;
}

export interface SourceCollector {
  readonly map: WeightMap;
  array(name: WeightName, tensor: string, more?: Partial<WeightSource>): void;
  /** `name`.weight and, where it has one, `name`.bias. `rows`: which outputs of a fused matrix stored as [out, in], and of its bias. */
  linear(name: string, tensor: string, bias: boolean, rows?: Slice | null): void;
  /** `name`.gain and `name`.bias of a LayerNorm; files of the first years call them gamma and beta. */
  layerNorm(name: string, tensor: string): void;
}

export function collectSources({ prefixes, layout }: SourceDefaults): SourceCollector {
  const map = new Map<WeightName, WeightSource>();
  const array: SourceCollector['array'] = (name, tensor, more) =>
    map.set(name, { tensors: prefixes.map((prefix) => prefix + tensor), layout, slice: null, plus: 0, ...more });
  return {
    map,
    array,
    linear(name, tensor, bias, rows = null) {
      array(`${name}.weight`, `${tensor}.weight`, { slice: rows });
      if (bias) array(`${name}.bias`, `${tensor}.bias`, { slice: rows });
    },
    layerNorm(name, tensor) {
      const either = (...kinds: string[]) =>
        kinds.flatMap((kind) => prefixes.map((prefix) => `${prefix}${tensor}.${kind}`));
      array(`${name}.gain`, '', { tensors: either('weight', 'gamma') });
      array(`${name}.bias`, '', { tensors: either('bias', 'beta') });
    },
  };
}

/** Parts of a fused q, k, v tensor whose rows are ordered [head][q, k, v][channel]. */
export function headByHead(heads: number, dHead: number): Readonly<Record<'query' | 'key' | 'value', Slice>> {
  const rowsOfPart = (index: number) => {
    const starts = Array.from({ length: heads }, (_, head) => (3 * head + index) * dHead);
    return rowsOf(3 * heads * dHead, ...starts.map((from) => [from, from + dHead] as const));
  };
  return { query: rowsOfPart(0), key: rowsOfPart(1), value: rowsOfPart(2) };
}

/** Rows of a fused tensor, as a slice. */
export function rowsOf(length: number, ...ranges: Slice['ranges']): Slice {
  return { axis: 0, ranges, length };
}
