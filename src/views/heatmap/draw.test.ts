import { expect, test } from 'vitest';
import { randomArray, seededRandom } from '../../tensor/random';
import { ramp, rangeOf } from '../shared/colourScale';
import { LIGHT } from '../shared/palette';
import { countLabels } from '../shared/tokenText';
import { cellTexts, drawField, matrixField } from './draw';
import { gridFrame } from './layout';

const size = 128;
const matrix = {
  data: randomArray(size * size, seededRandom(4)),
  rows: { name: 'output', length: size },
  cols: { name: 'source', length: size },
  unit: 'logit',
  signed: true,
  causal: true,
} as const;
const labels = countLabels(size);
const scale = ramp(matrix, rangeOf(matrix), { domain: null, log: false }, LIGHT);

test('with enough device pixels every cell has its own pixel', () => {
  const field = matrixField(matrix, labels, labels);
  const drawing = drawField(field, scale, { plotWidth: 128, plotHeight: 128 }, 1, 'mean');
  expect(drawing.block).toEqual({ rows: 1, cols: 1 });
  expect(drawing.pixels.rgba[5 * size + 3]).toBe(scale.lut[scale.index(matrix.data[5 * size + 3]!)]);
  expect(drawing.pixels.rgba[3 * size + 5]).toBe(0);
});

test('with fewer pixels whole blocks are pooled and the picture keeps its proportions', () => {
  const field = matrixField(matrix, labels, labels);
  const drawing = drawField(field, scale, { plotWidth: 60, plotHeight: 120 }, 1, 'mean');
  expect(drawing.block).toEqual({ rows: 2, cols: 3 });
  expect(drawing.height).toBe(120);
  expect(drawing.width).toBeCloseTo((60 * 129) / 128);
});

test('hidden columns are left out, not blanked', () => {
  const field = matrixField(matrix, labels, labels.slice(1));
  expect(field.cols).toBe(size - 1);
  const line = new Float32Array(size - 1);
  field.readRow(7, line);
  expect(line[0]).toBe(matrix.data[7 * size + 1]);
});

test('numbers are written in cells that have room, never in impossible ones', () => {
  const few = countLabels(3);
  const small = {
    ...matrix,
    data: Float32Array.from([1, 9, 9, 0.5, -1, 9, 0, 0.25, 1]),
    rows: { name: 'output', length: 3 },
    cols: { name: 'source', length: 3 },
  } as const;
  const frame = gridFrame({
    rows: few,
    cols: few,
    width: 400,
    maxHeight: 900,
    square: true,
    maxCell: 64,
    dpr: 1,
    rowTitle: 'output',
  });
  const texts = cellTexts(matrixField(small, few, few), scale, frame);
  expect(texts.map(({ text }) => text)).toEqual(['1', '0.5', '−1', '0', '0.25', '1']);
  expect([texts[0]!.colour, texts[3]!.colour]).toEqual(['#ffffff', '#16191d']);
  expect(cellTexts(matrixField(matrix, labels, labels), scale, { ...frame, cellWidth: 8, cellHeight: 8 })).toEqual([]);
});
