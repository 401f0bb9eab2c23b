// unembed: logits = y W + b over the vocabulary. The same readings as `linear`; an op of its own because it is read only for asked rows.

import type { OpReadings } from '../op';
import type { UnembedOp } from '../program';
import { matrixReadings } from './matrix';

export const unembed: OpReadings<UnembedOp> = matrixReadings<UnembedOp>();
