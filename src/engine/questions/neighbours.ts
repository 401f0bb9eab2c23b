// Channel directions read as tokens: how strongly a direction lies along each token's embedding, and how much it moves each token's logit.

import type { DeviceArray } from '../../program/backend';
import type { EmbedOp, UnembedOp } from '../../program/program';
import { type Question, readAndFree } from './question';

export type Scores = Float32Array | Float64Array; // [direction, vocab]

/** Inner products of `directions` [direction, dModel] with the rows of the embedding, as x0 holds them, or of the head. */
export async function neighbours(
  { session }: Question,
  directions: ArrayLike<number>,
  count: number,
  side: 'embedding' | 'head',
): Promise<Scores> {
  const { backend, program } = session;
  const data = backend.upload(directions, [1, count, program.dModel], 'directions');
  const signal = { firstToken: 0, tokens: 1, columns: count, channels: program.dModel, data };
  const weight = (name: string): DeviceArray => session.context('half').weight(name);
  const embed = program.ops.find((op): op is EmbedOp => op.kind === 'embed')!;
  const unembed = program.ops.find((op): op is UnembedOp => op.kind === 'unembed')!;
  // The embedding's rows are tokens, so direction · rowᵀ is a linear map stored [out, in].
  const scores =
    side === 'embedding'
      ? backend.linear(signal, weight(embed.tokens.name), 'outIn', null)
      : backend.linear(signal, weight(unembed.weight.name), unembed.weight.layout, null);
  backend.free(data);
  const [values] = await readAndFree(backend, [scores.data]);
  return side === 'embedding' ? values!.map((value) => embed.scale * value) : values!;
}
