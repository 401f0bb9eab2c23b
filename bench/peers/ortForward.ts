// ONNX Runtime Web as a peer in the race of forward runs, in several variants: which of them is its best depends on the device.

import type { ForwardPeer } from '../forward';
import { gpt2Onnx, type Kind } from './gpt2Model';
import { ortSession } from './ortSession';

const variant = (name: string, kind: Kind, captured: boolean): ForwardPeer => ({
  name: `ORT ${name}`,
  async prepare(model, ids) {
    const { bytes, outputs } = await gpt2Onnx(model, ids.length, kind);
    const inputs = { ids: { data: Int32Array.from(ids), dims: [ids.length] } };
    return ortSession(bytes, inputs, outputs, captured);
  },
});

export const ortForward: readonly ForwardPeer[] = [
  variant('all patterns out', 'patterns', false),
  variant('all patterns out, captured', 'patterns', true),
  variant('plain', 'plain', false),
  variant('plain, captured', 'plain', true),
  variant('fused', 'fused', false),
  variant('fused, captured', 'fused', true),
];
