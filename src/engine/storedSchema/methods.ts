// Replies of other methods, and of the tensor beside the Jacobian.

import * as v from 'valibot';
import { floats, index, matrix, nullable, number, prediction, provenance, text } from './values';

export const attribute = v.object({
  relevance: floats,
  total: nullable(number),
  leftOver: nullable(number),
  map: nullable(matrix),
  integration: nullable(v.object({ steps: index, gap: number, error: nullable(number), withoutInput: number })),
  explains: text,
  class: prediction,
  provenance,
});

export const besideJacobian = v.pipe(
  v.object({
    token: index,
    tensor: floats,
    jacobian: floats,
    difference: floats,
    completeness: v.object({ tensor: number, jacobian: number }),
    provenance,
  }),
  v.check(
    ({ tensor, jacobian, difference }) => tensor.length === jacobian.length && tensor.length === difference.length,
    'norms of different sources',
  ),
);

export const remainder = v.pipe(
  v.object({ change: floats, tensor: floats, jacobian: floats, explains: text, provenance }),
  v.check(
    ({ change, tensor, jacobian }) => change.length === tensor.length && change.length === jacobian.length,
    'remainders of different changes',
  ),
);
