// Float64 definitions of every primitive of the contract `program/backend.ts`: one a file, readable, never fast at the cost of being plain.
// They are the truth that kernels are tested against; the direct textbook forms of whole layers are in `definitions`.

export { activationAtZero, activationMultiplier } from './activationMultiplier';
export { activationSlope } from './activationSlope';
export { add } from './add';
export { diagonal, diagonalSpan } from './diagonal';
export { distances } from './distances';
export { dot } from './dot';
export { erf, erfc } from './erf';
export { type ExpandSize, expandSources, expandSpan } from './expandSources';
export { gateCoefficients } from './gateCoefficients';
export { gatherRows } from './gatherRows';
export { headNorm } from './headNorm';
export { contractKeys, contractQueries, headProducts } from './headProducts';
export { headsApart } from './headsApart';
export { inverseSigma } from './inverseSigma';
export { type LinearSize, linear } from './linear';
export { linearByFours } from './linearByFours';
export { linearPerToken } from './linearPerToken';
export { mix, mixSpan } from './mix';
export { mixAdjoint, mixAdjointSpan } from './mixAdjoint';
export { multiply } from './multiply';
export { norm } from './norm';
export { normAdjoint } from './normAdjoint';
export { normGradient } from './normGradient';
export { type PatternSize, pattern } from './pattern';
export { type Rotary, rotary } from './rotary';
export { shareVector } from './shareVector';
export {
  type Activation,
  type HeadSize,
  type Layout,
  type MixSize,
  type NormKind,
  type RotaryPairs,
  type ShareMeasure,
  type SignalSize,
  type Span,
  unionSpan,
} from './sizes';
export { capSlopes, softmaxAdjoint } from './softmaxAdjoint';
export { sumColumns } from './sumColumns';
export { sumSquares } from './sumSquares';
export { turn } from './turn';
export { unitVectors } from './unitVectors';
export { weighKeys } from './weighKeys';
