// Rotary positions in both spellings of the configuration: `rope_parameters {rope_type, rope_theta, …}`, or the older `rope_theta` with
// `rope_scaling {rope_type | type, …}`. Supported types: default, linear, llama3 and yarn, the same at every length; dynamic, which is the default
// up to the context length, the longest prompt that is taken; longrope up to the length it was trained on, beyond which it has other angles; and
// `factors`, GGUF's way to write any of them as one divisor a pair.

import * as v from 'valibot';
import type { RotarySpec } from '../../program/program';
import { UserError } from '../../tensor/errors';
import { flag, positive, size } from './fields';

const share = v.pipe(positive, v.maxValue(1, 'It must be at most 1'));

/** One set of parameters, as `rope_parameters` and `rope_scaling` hold it. */
export const rotaryParameters = v.object({
  rope_type: v.nullish(v.string()),
  type: v.nullish(v.string()),
  rope_theta: v.nullish(positive),
  partial_rotary_factor: v.nullish(share),
  factor: v.nullish(positive),
  low_freq_factor: v.nullish(positive),
  high_freq_factor: v.nullish(positive),
  original_max_position_embeddings: v.nullish(positive),
  factors: v.nullish(v.array(positive)),
  attention_factor: v.nullish(positive),
  beta_fast: v.nullish(positive),
  beta_slow: v.nullish(positive),
  mscale: v.nullish(v.number('It must be a number')),
  mscale_all_dim: v.nullish(v.number('It must be a number')),
  truncate: v.nullish(flag),
  short_factor: v.nullish(v.array(positive, 'It must be a list of numbers')),
});
type Parameters = v.InferOutput<typeof rotaryParameters>;

/** Entries to spread into a family's schema. */
export const rotaryFields = {
  rope_parameters: v.nullish(rotaryParameters),
  rope_theta: v.nullish(positive),
  rope_scaling: v.nullish(rotaryParameters),
  partial_rotary_factor: v.nullish(share),
  original_max_position_embeddings: v.nullish(size.context),
};

interface RotaryConfig {
  readonly rope_parameters?: Parameters | null | undefined;
  readonly rope_theta?: number | null | undefined;
  readonly rope_scaling?: Parameters | null | undefined;
  readonly partial_rotary_factor?: number | null | undefined;
  readonly max_position_embeddings?: number | undefined;
  readonly original_max_position_embeddings?: number | null | undefined;
}

/** Frequencies of the pairs (radians a position) before scaling, and what they were made of. */
interface Plain {
  readonly inverse: readonly number[];
  readonly base: number;
  readonly config: RotaryConfig;
}

type Scaled = Pick<RotarySpec, 'inverseFrequencies' | 'factor'>;

const scalings: Readonly<Record<string, (plain: Plain, parameters: Parameters) => Scaled>> = {
  default: ({ inverse }) => ({ inverseFrequencies: inverse }),
  dynamic: ({ inverse }) => ({ inverseFrequencies: inverse }),
  linear({ inverse }, parameters) {
    const factor = needed(parameters, 'factor');
    return { inverseFrequencies: inverse.map((frequency) => frequency / factor) };
  },
  llama3({ inverse }, parameters) {
    const factor = needed(parameters, 'factor');
    const low = needed(parameters, 'low_freq_factor');
    const high = needed(parameters, 'high_freq_factor');
    const context = needed(parameters, 'original_max_position_embeddings');
    const inverseFrequencies = inverse.map((frequency) => {
      const wavelength = (2 * Math.PI) / frequency;
      if (wavelength > context / low) return frequency / factor;
      if (wavelength < context / high) return frequency;
      const smooth = (context / wavelength - low) / (high - low);
      return ((1 - smooth) * frequency) / factor + smooth * frequency;
    });
    return { inverseFrequencies };
  },
  factors({ inverse }, { factors }) {
    if (factors?.length !== inverse.length) {
      const found = factors?.length ?? 0;
      throw new UserError('bad-model', `Rotary positions need ${inverse.length} factors, not ${found}.`);
    }
    return { inverseFrequencies: inverse.map((frequency, pair) => frequency / factors[pair]!) };
  },
  yarn,
  longrope: longRope,
  su: longRope, // its first name
};

/**
 * YaRN (arXiv 2309.00071): pairs that turn more than beta_fast times within the trained context keep their frequency, those that turn less than
 * beta_slow times are slowed by the factor, the rest lies between; q and k grow by a factor of their own.
 */
function yarn({ inverse, base, config }: Plain, parameters: Parameters): Scaled {
  const factor = needed(parameters, 'factor');
  const trained = trainedLength(config, parameters);
  const channels = 2 * inverse.length;
  /** The pair, as a fraction, that turns so many times within the trained context. */
  const pairOf = (turns: number) => (channels * Math.log(trained / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const whole = parameters.truncate !== false;
  const [first, last] = [pairOf(parameters.beta_fast ?? 32), pairOf(parameters.beta_slow ?? 1)];
  const low = Math.max(whole ? Math.floor(first) : first, 0);
  const high = Math.min(whole ? Math.ceil(last) : last, channels - 1);
  const inverseFrequencies = inverse.map((frequency, pair) => {
    const slowed = Math.min(Math.max((pair - low) / (high === low ? 0.001 : high - low), 0), 1);
    return (slowed * frequency) / factor + (1 - slowed) * frequency;
  });
  const growth = (by: number) => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
  const { mscale, mscale_all_dim: every } = parameters;
  const inferred = mscale && every ? growth(mscale) / growth(every) : growth(1);
  return { inverseFrequencies, factor: parameters.attention_factor ?? inferred };
}

/** LongRoPE (arXiv 2402.13753) within the trained length: every pair is slowed by a number of its own, and q and k grow by a factor. */
function longRope({ inverse, config }: Plain, parameters: Parameters): Scaled {
  const slowed = parameters.short_factor ?? [];
  if (slowed.length !== inverse.length) {
    throw new UserError(
      'bad-model',
      `config.json: short_factor has ${slowed.length} numbers, but there are ${inverse.length} pairs of rotary channels.`,
    );
  }
  const trained = trainedLength(config, parameters);
  const growth = parameters.factor ?? (config.max_position_embeddings ?? trained) / trained;
  const inferred = growth <= 1 ? 1 : Math.sqrt(1 + Math.log(growth) / Math.log(trained));
  return {
    inverseFrequencies: inverse.map((frequency, pair) => frequency / slowed[pair]!),
    factor: parameters.attention_factor ?? inferred,
  };
}

/** Tokens that a model with stretched positions was trained on before. */
function trainedLength(config: RotaryConfig, parameters: Parameters): number {
  return (
    parameters.original_max_position_embeddings ??
    config.original_max_position_embeddings ??
    config.max_position_embeddings ??
    needed(parameters, 'original_max_position_embeddings')
  );
}

/** Of `context` tokens those up to which the angles are what `rotary` says. */
export function rotaryContext(config: RotaryConfig, context: number): number {
  const parameters = parametersOf(config);
  const ends = ['longrope', 'su'].includes(typeOf(parameters));
  return ends ? Math.min(context, trainedLength({ ...config, max_position_embeddings: context }, parameters)) : context;
}

const parametersOf = (config: RotaryConfig): Parameters => config.rope_parameters ?? config.rope_scaling ?? {};
const typeOf = (parameters: Parameters) => parameters.rope_type ?? parameters.type ?? 'default';

/** Angles of a head with `dHead` channels; `theta` and `partial` are the family's defaults. */
export function rotary(config: RotaryConfig, dHead: number, theta = 10_000, partial = 1): RotarySpec {
  const parameters = parametersOf(config);
  const base = parameters.rope_theta ?? config.rope_theta ?? theta;
  const rotaryShare = parameters.partial_rotary_factor ?? config.partial_rotary_factor ?? partial;
  const rotaryDim = Math.trunc(dHead * rotaryShare);
  const type = typeOf(parameters);
  const scaling = Object.hasOwn(scalings, type) ? scalings[type] : undefined;
  if (!scaling) {
    const supported = Object.keys(scalings)
      .filter((name) => name !== 'factors') // no configuration's own
      .join(', ');
    throw new UserError(
      'unsupported-model',
      `config.json: rotary positions of type "${type}" are not supported; supported are ${supported}.`,
    );
  }
  const inverse = plainRotary(rotaryDim, dHead, base).inverseFrequencies;
  const scaled = scaling({ inverse, base, config }, parameters);
  if (![...scaled.inverseFrequencies, scaled.factor ?? 1].every(Number.isFinite)) {
    throw new UserError(
      'bad-model',
      `config.json: the parameters of rotary positions of type "${type}" are not usable.`,
    );
  }
  return { rotaryDim, ...scaled };
}

/** Unscaled angles for the first `rotaryDim` of a head's channels. UserError 'bad-model' when there is no such number of pairs. */
export function plainRotary(rotaryDim: number, dHead: number, base: number): RotarySpec {
  if (rotaryDim % 2 !== 0 || rotaryDim === 0 || rotaryDim > dHead) {
    throw new UserError(
      'bad-model',
      `config.json: rotary positions need an even number of a head's ${dHead} channels, not ${rotaryDim}.`,
    );
  }
  const pairs = Array.from({ length: rotaryDim / 2 }, (_, pair) => pair);
  return { rotaryDim, inverseFrequencies: pairs.map((pair) => base ** ((-2 * pair) / rotaryDim)) };
}

function needed(
  parameters: Parameters,
  entry: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings',
) {
  const value = parameters[entry];
  if (value != null) return value;
  throw new UserError('bad-model', `config.json: rotary positions of this type need ${entry}, which is missing.`);
}
