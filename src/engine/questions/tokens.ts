// The tokens of a run as a reader sees them: pieces of the text, or the model's own tokens and the patches of the image.

import type { ModelTokenizer, TokenPiece } from '../../models/tokenizer';
import type { Question } from './question';

export function tokensOf({ session, run }: Question, tokenizer: ModelTokenizer): TokenPiece[] {
  const { image } = session.program;
  if (!image) return run.ids.map((id) => tokenizer.describe(id));
  const ownPieces = ['[CLS]', '[DIST]']; // as far as there are own tokens
  const across = image.side / image.patch;
  const own = run.trace.tokens - across ** 2;
  return Array.from({ length: run.trace.tokens }, (_, id) => {
    const patch = id - own;
    const piece = patch < 0 ? ownPieces[id]! : `${Math.floor(patch / across)},${patch % across}`;
    return { id, piece, special: patch < 0, unknown: false };
  });
}
