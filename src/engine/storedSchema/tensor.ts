// Replies with maps, rows, slices, pairs and layers.

import * as v from 'valibot';
import { directions, fidelity, floats, index, matrix, nullable, number, prediction, provenance, text } from './values';

export const map = v.pipe(
  v.object({
    matrix,
    estimate: v.exactOptional(v.object({ probes: index, of: index, band: floats, confidence: number })),
    bias: nullable(floats),
    total: nullable(floats),
    fidelity,
    provenance,
  }),
  v.check(
    ({ matrix, estimate }) => !estimate || estimate.band.length === matrix.data.length,
    'a band of the wrong size',
  ),
);

export const row = v.object({
  contributions: floats,
  bias: number,
  total: number,
  explains: text,
  classes: v.array(prediction),
  rivals: v.array(v.array(prediction)),
  fidelity,
  provenance,
});

export const slice = v.pipe(
  v.object({
    token: index,
    dModel: index,
    slice: floats,
    contributions: matrix,
    readOut: matrix,
    classDirection: nullable(matrix),
    norms: floats,
    fidelity,
    provenance,
  }),
  v.check(({ slice, norms, dModel }) => slice.length === dModel * norms.length * dModel, 'a slice of the wrong size'),
);

export const pair = v.object({
  token: index,
  source: index,
  matrix,
  singularValues: floats,
  directions,
  trace: number,
  frobenius: number,
  provenance,
});

export const layers = v.object({ matrix, bias: floats, total: floats, explains: text, fidelity, provenance });

export const lens = v.object({
  first: index,
  predictions: v.array(v.array(v.array(prediction))),
  ofFinal: matrix,
  provenance,
});
