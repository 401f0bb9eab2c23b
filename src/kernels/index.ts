// Every kernel of the program, one a shader.

import { activationMultiplier } from './activationMultiplier';
import { addSignals } from './addSignals';
import { applyNorm } from './applyNorm';
import { applyNormAdjoint } from './applyNormAdjoint';
import { attentionScores } from './attentionScores';
import { diagonalSources } from './diagonalSources';
import { dotChannels } from './dotChannels';
import { gateCoefficients } from './gateCoefficients';
import { gatherRows } from './gatherRows';
import { inverseSigma } from './inverseSigma';
import { matmul } from './matmul';
import { mixValues } from './mixValues';
import { mixValuesAdjoint } from './mixValuesAdjoint';
import { multiplyFrozen } from './multiplyFrozen';
import { rotateHalf } from './rotateHalf';
import { softmaxRows } from './softmaxRows';
import { sumColumns } from './sumColumns';
import { sumSquares } from './sumSquares';
import { unitVectors } from './unitVectors';

export const kernels = {
  activationMultiplier,
  addSignals,
  applyNorm,
  applyNormAdjoint,
  attentionScores,
  diagonalSources,
  dotChannels,
  gateCoefficients,
  gatherRows,
  inverseSigma,
  matmul,
  mixValues,
  mixValuesAdjoint,
  multiplyFrozen,
  rotateHalf,
  softmaxRows,
  sumColumns,
  sumSquares,
  unitVectors,
};
