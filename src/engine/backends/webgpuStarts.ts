// Where readings start and how they are collapsed, on the GPU.

import type { Backend } from '../../program/backend';
import { describeSignal, expect, expectOneColumn, expectSignal, type Workbench } from './webgpuArrays';

type StartsAndCollapses = Pick<Backend, 'diagonal' | 'unitVectors' | 'dot' | 'sumSquares' | 'sumColumns'>;

export function startsAndCollapses({ kernels, allocate, allocateSignal, dispatch }: Workbench): StartsAndCollapses {
  return {
    diagonal(x, firstSource, columns, causal) {
      expectOneColumn(x, 'diagonal');
      expect(
        firstSource + columns <= x.tokens,
        'diagonal',
        `sources ${firstSource} + ${columns} of ${x.tokens} tokens`,
      );
      const { channels } = x;
      const firstToken = causal ? firstSource : 0;
      const sources = allocateSignal({ firstToken, tokens: x.tokens - firstToken }, columns, channels, 'diagonal');
      const params = { elements: sources.tokens * columns * channels, columns, channels, firstToken, firstSource };
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
      const { tokens, columns, channels } = x;
      const perRow = columns / y.columns; // columns of x that share a row of y
      const products = allocate([tokens, columns], 'dot');
      dispatch(
        kernels.dotChannels,
        { rows: tokens * columns, columns: perRow, channels, skippedY: skippedY * y.columns },
        { x: x.data, y: y.data, products },
      );
      return products;
    },

    sumSquares(x) {
      expectSignal(x, 'sumSquares');
      const { tokens, columns, channels } = x;
      const squares = allocate([tokens, columns], 'sumSquares');
      dispatch(kernels.sumSquares, { rows: tokens * columns, channels }, { x: x.data, squares });
      return squares;
    },

    sumColumns(x) {
      expectSignal(x, 'sumColumns');
      const { tokens, columns, channels } = x;
      const total = allocateSignal(x, 1, channels, 'sumColumns');
      dispatch(
        kernels.sumColumns,
        { elements: tokens * channels, columns, channels },
        { x: x.data, total: total.data },
      );
      return total;
    },
  };
}
