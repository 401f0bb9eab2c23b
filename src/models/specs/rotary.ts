// Rotary positions in both spellings of the configuration: `rope_parameters {rope_type, rope_theta, …}`, or the older `rope_theta` with
// `rope_scaling {rope_type | type, …}`. Rope types: default, linear, llama3; and `factors`, GGUF's way to write any of them as one divisor a pair.

import * as v from 'valibot';
import type { RotarySpec } from '../../program/program';
import { UserError } from '../../tensor/errors';
import { positive } from './fields';

const scaling = v.object({
  rope_type: v.nullish(v.string()),
  type: v.nullish(v.string()),
  rope_theta: v.nullish(positive),
  partial_rotary_factor: v.nullish(v.pipe(positive, v.maxValue(1, 'It must be at most 1'))),
  factor: v.nullish(positive),
  low_freq_factor: v.nullish(positive),
  high_freq_factor: v.nullish(positive),
  original_max_position_embeddings: v.nullish(positive),
  factors: v.nullish(v.array(positive)),
});
type Scaling = v.InferOutput<typeof scaling>;

/** Entries to spread into a family's schema. */
export const rotaryFields = {
  rope_parameters: v.nullish(scaling),
  rope_theta: v.nullish(positive),
  rope_scaling: v.nullish(scaling),
  partial_rotary_factor: v.nullish(v.pipe(positive, v.maxValue(1, 'It must be at most 1'))),
};
interface RotaryConfig {
  readonly rope_parameters?: Scaling | null | undefined;
  readonly rope_theta?: number | null | undefined;
  readonly rope_scaling?: Scaling | null | undefined;
  readonly partial_rotary_factor?: number | null | undefined;
}

/** Frequencies (radians a position) → stretched frequencies. */
const stretches: Readonly<Record<string, (inverse: number[], parameters: Scaling) => number[]>> = {
  default: (inverse) => inverse,
  linear: (inverse, parameters) => inverse.map((frequency) => frequency / needed(parameters, 'factor')),
  llama3: (inverse, parameters) => {
    const factor = needed(parameters, 'factor');
    const low = needed(parameters, 'low_freq_factor');
    const high = needed(parameters, 'high_freq_factor');
    const context = needed(parameters, 'original_max_position_embeddings');
    return inverse.map((frequency) => {
      const wavelength = (2 * Math.PI) / frequency;
      if (wavelength > context / low) return frequency / factor;
      if (wavelength < context / high) return frequency;
      const smooth = (context / wavelength - low) / (high - low);
      return ((1 - smooth) * frequency) / factor + smooth * frequency;
    });
  },
  factors: (inverse, { factors }) => {
    if (factors?.length === inverse.length) return inverse.map((frequency, pair) => frequency / factors[pair]!);
    throw new UserError('bad-model', `Rotary positions need ${inverse.length} factors, not ${factors?.length ?? 0}.`);
  },
};

/** Angles of a head with `dHead` channels; `theta` and `partial` are the family's defaults. */
export function rotary(config: RotaryConfig, dHead: number, theta = 10_000, partial = 1): RotarySpec {
  const parameters = config.rope_parameters ?? config.rope_scaling ?? {};
  const base = parameters.rope_theta ?? config.rope_theta ?? theta;
  const factor = parameters.partial_rotary_factor ?? config.partial_rotary_factor ?? partial;
  const rotaryDim = Math.trunc(dHead * factor);
  if (rotaryDim % 2 !== 0 || rotaryDim === 0) {
    throw new UserError(
      'bad-model',
      `config.json: rotary positions need an even number of channels, not ${rotaryDim}.`,
    );
  }
  const type = parameters.rope_type ?? parameters.type ?? 'default';
  const stretch = Object.hasOwn(stretches, type) ? stretches[type] : undefined;
  if (!stretch) {
    const supported = Object.keys(stretches).join(', ');
    throw new UserError(
      'unsupported-model',
      `Rotary positions of type "${type}" are not supported; supported are ${supported}.`,
    );
  }
  const inverse = Array.from({ length: rotaryDim / 2 }, (_, pair) => base ** ((-2 * pair) / rotaryDim));
  return { rotaryDim, inverseFrequencies: stretch(inverse, parameters) };
}

function needed(
  parameters: Scaling,
  entry: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings',
) {
  const value = parameters[entry];
  if (value != null) return value;
  throw new UserError('bad-model', `config.json: rotary positions of this type need ${entry}, which is missing.`);
}
