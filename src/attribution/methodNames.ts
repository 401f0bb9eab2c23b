// The methods that explain one number by one row, besides rows of T: what requests and stored files may name.

import type { MethodName } from '../engine/protocol';

export const methodNames = [
  'saliency',
  'gradient_x_input',
  'integrated_gradients',
  'lrp_ah_ln',
  'attnlrp',
  'chefer',
  'ablation',
] as const satisfies readonly MethodName[];
