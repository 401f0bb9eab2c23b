// Where readings start and how they are collapsed, on the GPU.

import { channelMeasures } from '../../kernels/compareChannels';
import type { Backend, ShareMeasure, Signal } from '../../program/backend';
import { rowsOf } from '../../program/staggered';
import { describeShape, sizeOf } from '../../tensor/shape';
import {
  describeSignal,
  expect,
  expectOneColumn,
  expectSignal,
  expectWhole,
  staggering,
  type Workbench,
} from './webgpuArrays';

type StartsAndCollapses = Pick<
  Backend,
  'diagonal' | 'unitVectors' | 'dot' | 'sumSquares' | 'distances' | 'shareVector' | 'sumColumns'
>;

/** As the shader numbers them. */
const measures: Record<ShareMeasure, number> = { size: 0, root: 1, presence: 2 };

export function startsAndCollapses({ kernels, allocate, allocateSignal, dispatch }: Workbench): StartsAndCollapses {
  return {
    diagonal(x, firstSource, columns, causal, staggered = false) {
      expectOneColumn(x, 'diagonal');
      expect(
        firstSource + columns <= x.tokens,
        'diagonal',
        `sources ${firstSource} + ${columns} of ${x.tokens} tokens`,
      );
      const { channels } = x;
      const firstToken = causal ? firstSource : 0;
      expect(causal || !staggered, 'diagonal', 'a staggered start that is not causal');
      const window = { firstToken, tokens: x.tokens - firstToken, staggered };
      const sources = allocateSignal(window, columns, channels, 'diagonal');
      const elements = rowsOf(sources) * channels;
      const params = { elements, columns, staggered: staggering(sources), channels, firstToken, firstSource };
      dispatch(kernels.diagonalSources, params, { x: x.data, sources: sources.data });
      return sources;
    },

    unitVectors(token, channels, firstChannel, columns) {
      expect(firstChannel + columns <= channels, 'unitVectors', `channels ${firstChannel} + ${columns} of ${channels}`);
      const vectors = allocateSignal({ firstToken: token, tokens: 1 }, columns, channels, 'unitVectors');
      dispatch(
        kernels.unitVectors,
        { elements: columns * channels, channels, firstChannel },
        { vectors: vectors.data },
      );
      return vectors;
    },

    dot(x, y) {
      expectSignal(x, 'dot');
      expectSignal(y, 'dot');
      const skippedY = x.firstToken - y.firstToken;
      const covers = skippedY >= 0 && skippedY + x.tokens <= y.tokens && x.channels === y.channels;
      expect(covers, 'dot', `y ${describeSignal(y)} does not cover x ${describeSignal(x)}`);
      expect(y.columns === 1 || y.columns === x.columns, 'dot', `y has ${y.columns} columns, x ${x.columns}`);
      if (x.staggered) expect(y.columns === 1, 'dot', `${describeSignal(x)}, and ${y.columns} columns`);
      const { columns, channels } = x;
      const compared = allocate(numbersOf(x), 'dot');
      dispatch(
        kernels.compareChannels,
        {
          rows: rowsOf(x),
          columns: columns / y.columns, // of x, that share a row of y
          staggered: staggering(x),
          channels,
          skippedY: skippedY * y.columns,
          measure: channelMeasures.product,
        },
        { x: x.data, y: y.data, compared },
      );
      return compared;
    },

    sumSquares(x) {
      expectSignal(x, 'sumSquares');
      const squares = allocate(numbersOf(x), 'sumSquares');
      dispatch(kernels.sumSquares, { rows: rowsOf(x), channels: x.channels }, { x: x.data, squares });
      return squares;
    },

    distances(x, y, power) {
      const skippedY = skippedTokens(x, y, 'distances');
      const { columns, channels } = x;
      const compared = allocate(numbersOf(x), 'distances');
      const measure = power === 1 ? channelMeasures.distance : channelMeasures.squaredDistance;
      const params = { rows: rowsOf(x), columns, staggered: staggering(x), channels, skippedY, measure };
      dispatch(kernels.compareChannels, params, { x: x.data, y: y.data, compared });
      return compared;
    },

    shareVector(x, vector, measured, measure) {
      expectWhole(x, 'shareVector');
      const skipped = skippedTokens(x, vector, 'shareVector');
      const { tokens, columns, channels } = x;
      expect(
        sizeOf(measured.shape) === tokens * columns,
        'shareVector',
        `weights ${describeShape(measured.shape)} for ${describeSignal(x)}`,
      );
      const spread = allocateSignal(x, columns, channels, 'shareVector');
      const params = { rows: tokens * columns, columns, channels, skipped, measure: measures[measure] };
      dispatch(kernels.shareVector, params, { x: x.data, measured, vector: vector.data, spread: spread.data });
      return spread;
    },

    sumColumns(x) {
      expectSignal(x, 'sumColumns');
      const { firstToken, tokens, columns, channels } = x;
      const total = allocateSignal({ firstToken, tokens }, 1, channels, 'sumColumns');
      const params = { elements: tokens * channels, columns, staggered: staggering(x), channels };
      dispatch(kernels.sumColumns, params, { x: x.data, total: total.data });
      return total;
    },
  };
}

/** A number a row of x. */
function numbersOf(x: Signal): number[] {
  return x.staggered ? [rowsOf(x)] : [x.tokens, x.columns];
}

/** Tokens of y before x's first; y has one column and covers x's window. */
function skippedTokens(x: Signal, y: Signal, name: string): number {
  expectSignal(x, name);
  expectSignal(y, name);
  const skipped = x.firstToken - y.firstToken;
  const covers = skipped >= 0 && skipped + x.tokens <= y.tokens && x.channels === y.channels && y.columns === 1;
  expect(covers, name, `${describeSignal(y)} does not cover ${describeSignal(x)}`);
  return skipped;
}
