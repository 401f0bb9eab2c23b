// Sources before they meet, and products with a matrix a token, on the GPU.

import type { Backend, Signal } from '../../program/backend';
import { describeShape } from '../../tensor/shape';
import {
  describeSignal,
  expect,
  expectLength,
  expectSignal,
  expectWhole,
  staggering,
  type Window,
  type Workbench,
} from './webgpuArrays';

type Sources = Pick<Backend, 'linearPerToken' | 'takeTokens' | 'putTokens' | 'headsApart' | 'expandSources'>;

export function sources({ kernels, allocateSignal, dispatch }: Workbench): Sources {
  return {
    linearPerToken(x, operators, layout) {
      expectSignal(x, 'linearPerToken');
      const skippedOperators = offsetIn(operators, x, 'linearPerToken');
      const [inputs, outputs] =
        layout === 'inOut' ? [operators.columns, operators.channels] : [operators.channels, operators.columns];
      expect(
        inputs === x.channels,
        'linearPerToken',
        `matrices ${describeSignal(operators)} (${layout}) on ${describeSignal(x)}`,
      );
      const y = allocateSignal(x, x.columns, outputs, 'linearPerToken');
      const { tokens, columns } = x;
      const params = { tokens, columns, staggered: staggering(x), inputs, outputs, skippedOperators };
      const kernel = layout === 'inOut' ? kernels.linearPerTokenInOut : kernels.linearPerTokenOutIn;
      dispatch(kernel(params), params, { a: x.data, b: operators.data, y: y.data });
      return y;
    },

    takeTokens(x, firstToken, tokens) {
      expectWhole(x, 'takeTokens');
      const taken = { firstToken, tokens };
      const skipped = offsetIn(x, taken, 'takeTokens');
      const copy = allocateSignal(taken, x.columns, x.channels, 'takeTokens');
      const width = x.columns * x.channels;
      dispatch(
        kernels.copyNumbers,
        { elements: tokens * width, firstFrom: skipped * width, firstTo: 0 },
        { origin: x.data, copied: copy.data },
      );
      return copy;
    },

    putTokens(target, x) {
      expectWhole(x, 'putTokens');
      const agree = x.columns === target.columns && x.channels === target.channels;
      expect(agree, 'putTokens', `${describeSignal(x)} and ${describeSignal(target)}`);
      const width = x.columns * x.channels;
      dispatch(
        kernels.copyNumbers,
        { elements: x.tokens * width, firstFrom: 0, firstTo: offsetIn(target, x, 'putTokens') * width },
        { origin: x.data, copied: target.data },
      );
    },

    headsApart(values, { heads, kvHeads, dHead }) {
      expectSignal(values, 'headsApart');
      const fits = values.columns === 1 && values.channels === kvHeads * dHead && heads % kvHeads === 0;
      expect(fits, 'headsApart', `${describeSignal(values)}, ${heads} heads, ${kvHeads} key/value heads of ${dHead}`);
      const apart = allocateSignal(values, heads, heads * dHead, 'headsApart');
      const params = { elements: values.tokens * heads * heads * dHead, heads, kvHeads, dHead };
      dispatch(kernels.headsApart, params, { values: values.data, apart: apart.data });
      return apart;
    },

    expandSources(pattern, basis, own, scales, causal) {
      expectSignal(basis, 'expandSources');
      const [heads, tokens] = pattern.shape as [number, number, number];
      const { firstToken: firstSource, tokens: count, channels } = basis;
      expect(
        firstSource + count <= tokens && basis.columns === heads,
        'expandSources',
        `pattern ${describeShape(pattern.shape)}, basis ${describeSignal(basis)}`,
      );
      if (scales) expectLength(scales, tokens, 'expandSources: scales');
      const firstOut = causal ? firstSource : 0;
      const window = { firstToken: firstOut, tokens: tokens - firstOut, staggered: causal };
      const expanded = allocateSignal(window, count, channels, 'expandSources');
      const params = {
        tokens,
        heads,
        sources: count,
        channels,
        firstOut,
        outTokens: window.tokens,
        firstSource,
        skippedOwn: own ? offsetIn(own, basis, 'expandSources: own') : 0,
        hasOwn: Number(own !== null),
        hasScales: Number(scales !== null),
        staggered: Number(causal),
      };
      dispatch(kernels.expandSources(params), params, {
        a: pattern,
        b: basis.data,
        own: own?.data ?? basis.data,
        scales: scales ?? pattern,
        expanded: expanded.data,
      });
      return expanded;
    },
  };
}

/** Tokens of x before the first of a window that it covers. */
function offsetIn(x: Signal, window: Window, name: string): number {
  expectSignal(x, name);
  const offset = window.firstToken - x.firstToken;
  const covers = offset >= 0 && offset + window.tokens <= x.tokens;
  expect(covers, name, `${describeSignal(x)} does not cover ${window.tokens} tokens from ${window.firstToken} on`);
  return offset;
}
