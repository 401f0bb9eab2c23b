// What an op is: how one kind of op is read. Once its coefficients are frozen at the given input an op is linear plus a bias and has one adjoint; its
// gradient goes on through as much of what is frozen as a rule lets pass. A new kind of op is a type in program.ts, one file in ops/ and a line in ops/index.ts.

import type { Backend, DeviceArray, Epilogue, GradientPrimitives, Signal } from './backend';
import type { GateShares, GradientRule } from './gradientRule';
import type { AnyOp, ValueName, WeightName } from './program';
import type { WeightStream } from './weightStream';

export type { GateShares };

/** FLOPs (a multiply-add counts two) and bytes read and written. */
export interface Cost {
  readonly flops: number;
  readonly bytes: number;
}

/** Frozen coefficients of one op, by the names its own file gives them. */
export type Frozen = Readonly<Record<string, DeviceArray>>;

/** What every reading is given beside its signals. */
export interface ReadingContext {
  readonly backend: Backend;
  weight(name: WeightName): DeviceArray;
  /** Where the device does not hold all weights at once; left out: it does. */
  readonly stream?: WeightStream;
  readonly gateShares: GateShares;
}

export interface RunContext extends ReadingContext {
  /** Token ids of the prompt, as row indices. */
  readonly ids: DeviceArray | null;
  /** Patches of the image, one a token. Either these or `ids`. */
  readonly patches: Signal | null;
  /** Rows of the learned positions: 0 … tokens − 1, unless a padding token is counted out. */
  readonly positions: DeviceArray;
  /** Tokens whose row of the embedding counts as zero. */
  readonly zeroed: readonly number[];
  /** An array that depends on the length of the prompt only (rotary tables), made on first use. */
  table(name: string, shape: readonly number[], make: () => ArrayLike<number>): DeviceArray;
  /** What an earlier op of this run froze. */
  frozen(name: ValueName): Frozen;
}

export interface RunResult {
  /** The op's value; null for a pattern, which is nothing but frozen coefficients. */
  readonly value: Signal | null;
  readonly frozen: Frozen;
}

/** What a gradient is given beside its cotangent. */
export interface GradientContext extends ReadingContext {
  readonly rule: GradientRule;
  readonly gradients: GradientPrimitives;
  /** Activations at this input, one column, of a value that the op `needs`. */
  value(name: ValueName): Signal;
  /** As in the run. */
  table: RunContext['table'];
}

/** The vector-Jacobian product at this input, through what the rule lets pass. Left out: the op is linear as it stands, and `pull` is it. */
export interface GradientReading<K extends AnyOp> {
  /** The values that a cotangent goes on to, in the order of the results of `gradient`. */
  inputs(op: K, rule: GradientRule): readonly ValueName[];
  /** The values whose activations `gradient` reads. */
  needs(op: K, rule: GradientRule): readonly ValueName[];
  /** Under the rule of T: `pull`. */
  gradient(context: GradientContext, op: K, frozen: Frozen, cotangent: Signal): readonly Signal[];
}

/** An op that the linear readings never meet: what it makes is their starting point, or is frozen. */
export interface RunReading<K extends AnyOp> {
  readonly gradient?: GradientReading<K>;
  inputs(op: K): readonly ValueName[];
  /** Activations in (one column), the value and what the linear readings need out. An epilogue is given to those alone that fuse.ts lists. */
  run(context: RunContext, op: K, inputs: readonly Signal[], epilogue?: Epilogue): RunResult;
  runCost(op: K, tokens: number): Cost;
}

export interface OpReadings<K extends AnyOp> extends RunReading<K> {
  /** The values that the op is linear in once frozen: `push` takes their signals in this order, `pull` returns cotangents in this order. */
  linearInputs(op: K): readonly ValueName[];
  /** The linear image of the inputs' signals (null: what the gate rule freezes); with `bias`, the op's own bias is added to every column. */
  push(
    context: ReadingContext,
    op: K,
    frozen: Frozen,
    inputs: readonly (Signal | null)[],
    bias: boolean,
    epilogue?: Epilogue,
  ): Signal;
  /** Adjoint of `push` without bias. A returned signal may be the cotangent itself; null: what the gate rule freezes. */
  pull(
    context: ReadingContext,
    op: K,
    frozen: Frozen,
    cotangent: Signal,
    epilogue?: Epilogue,
  ): readonly (Signal | null)[];
  /** Cost of one push over `tokens` tokens and `columns` columns; a pull costs the same. */
  linearCost(op: K, tokens: number, columns: number): Cost;
}
