// linear: y = x W + b.

import type { OpReadings } from '../op';
import type { LinearOp } from '../program';
import { matrixReadings } from './matrix';

export const linear: OpReadings<LinearOp> = matrixReadings<LinearOp>();
