// Rows of T, the Jacobian and AttnLRP on the float64 reference against the golden values of every tiny model.

import { describe, expect, test } from 'vitest';
import { relativeError } from '../tensor/compare';
import type { OperatorName, Scope } from './protocol';
import { openFolder } from './testing/engines';
import { families, readBaselines } from './testing/gradientGoldens';

// The golden files were computed in float64 and stored as float32: one rounding of 6e-8 of the largest number.
const tolerance = 1e-6;

describe.each(families)('%s', (family) => {
  test('rows of the Jacobian and of T, and what is multiplied out of them', async () => {
    const golden = readBaselines(family);
    const { engine, info } = await openFolder(`fixtures/tiny/${family}`, 'reference');
    await engine.run(golden.input);
    const range = [0, info.blocks] as const;
    const row = (operator: OperatorName, gateRule: Scope['gateRule'] = 'up') =>
      engine.operatorRow(golden.explained, operator, { range, gateRule });
    const x = await engine.hidden(0);
    const timesInput = (values: ArrayLike<number>) =>
      Array.from({ length: golden.tokens }, (_, j) => {
        let sum = 0;
        for (let e = j * info.dModel; e < (j + 1) * info.dModel; e++) sum += values[e]! * x[e]!;
        return sum;
      });
    const jacobian = await row('jacobian');
    expect(relativeError(jacobian, golden.tensor('j_row'))).toBeLessThanOrEqual(tolerance);
    expect(relativeError(await row('tensor'), golden.tensor('t_row'))).toBeLessThanOrEqual(tolerance);
    expect(relativeError(timesInput(jacobian), golden.tensor('grad_x_input'))).toBeLessThanOrEqual(tolerance);
    const lrp = timesInput(await row('lrp_ah_ln'));
    expect(relativeError(lrp, golden.tensor('lrp_ah_ln'))).toBeLessThanOrEqual(tolerance);
    const attnlrp = timesInput(await row('attnlrp', 'half'));
    expect(relativeError(attnlrp, golden.tensor('attnlrp'))).toBeLessThanOrEqual(tolerance);
    engine.dispose();
  });
});
