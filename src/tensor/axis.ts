// The named axes of every array in the program. One spelling in TypeScript, WGSL comments, the page and the docs.

export type AxisName =
  | 'layer'
  | 'head'
  | 'query'
  | 'key'
  | 'token'
  | 'output' // output token i: rows of a map
  | 'source' // input token j: columns of a map
  | 'cotangent'
  | 'dModel'
  | 'dHead'
  | 'dFfn'
  | 'vocab';

/** One axis of a result: its name, its length, and labels where the entries have names of their own (tokens). */
export interface Axis {
  readonly name: AxisName;
  readonly length: number;
  readonly labels?: readonly string[];
}
