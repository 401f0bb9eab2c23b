// Every kernel of the program, one module a shader.

import { activateEntries } from './activateEntries';
import { activationSlope } from './activationSlope';
import { addSignals } from './addSignals';
import { applyNorm } from './applyNorm';
import { applyNormAdjoint } from './applyNormAdjoint';
import { attentionScores } from './attentionScores';
import { capSlopes } from './capSlopes';
import { compareChannels } from './compareChannels';
import { contractKeys } from './contractKeys';
import { contractQueries } from './contractQueries';
import { copyNumbers } from './copyNumbers';
import { diagonalSources } from './diagonalSources';
import { expandSources } from './expandSources';
import { gateEntries } from './gateEntries';
import { gatherRows } from './gatherRows';
import { headNorm } from './headNorm';
import { headProducts } from './headProducts';
import { headsApart } from './headsApart';
import { linearPerToken } from './linearPerToken';
import { matmul } from './matmul';
import { mixValues } from './mixValues';
import { mixValuesAdjoint } from './mixValuesAdjoint';
import { multiplyFrozen } from './multiplyFrozen';
import { normaliseRows } from './normaliseRows';
import { normGradient } from './normGradient';
import { rotatePairs } from './rotatePairs';
import { shareVector } from './shareVector';
import { softmaxAdjoint } from './softmaxAdjoint';
import { softmaxRows } from './softmaxRows';
import { sumColumns } from './sumColumns';
import { sumSquares } from './sumSquares';
import { unitVectors } from './unitVectors';
import { weighKeys } from './weighKeys';

/** One kernel each. */
export const plainKernels = {
  activateEntries,
  addSignals,
  copyNumbers,
  diagonalSources,
  gateEntries,
  headsApart,
  rotatePairs,
  sumColumns,
  unitVectors,
};

/** Two kernels each: rows shared by lanes, and a row a lane. */
export const rowKernels = {
  applyNorm,
  applyNormAdjoint,
  compareChannels,
  headNorm,
  multiplyFrozen,
  normaliseRows,
  shareVector,
  softmaxRows,
  sumSquares,
};

/** A kernel a tile. */
export const tiledKernels = {
  attentionScores,
  expandSources,
  linearPerTokenInOut: linearPerToken.inOut,
  linearPerTokenOutIn: linearPerToken.outIn,
  mixValues,
  mixValuesAdjoint,
};

/** What reads weight matrices, by how these are stored. */
export const plainWeightKernels = {
  f32: { gatherRows: gatherRows.f32 },
  f16: { gatherRows: gatherRows.f16 },
};
export const tiledWeightKernels = {
  f32: { matmulInOut: matmul.f32.inOut, matmulOutIn: matmul.f32.outIn },
  f16: { matmulInOut: matmul.f16.inOut, matmulOutIn: matmul.f16.outIn },
};

/** What gradients and attention over kept keys need beyond these, by how they are made: compiled when they are first asked for. */
export const gradientKernels = {
  plain: { activationSlope, capSlopes },
  rows: { normGradient, softmaxAdjoint, weighKeys },
  tiled: { contractKeys, contractQueries, headProducts },
};
