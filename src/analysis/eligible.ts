// Which tokens of a prompt may be masked. Pure: everything that masks asks here, so that every method is judged on the same tokens.

export interface MaskableInput {
  /** Whether each token is one of the tokenizer's special tokens (or, of a picture, a token that is no patch). */
  readonly special: readonly boolean[];
  readonly causal: boolean;
  /** The token at which the answer is read. */
  readonly answer: number;
}

/**
 * Tokens that may be masked, ascending. Never special tokens, never the one that answers. In a decoder also never the first token, whatever it is
 * (it takes what attention does not need elsewhere, and masking it breaks everything), and nothing after the answer, which cannot matter to it.
 * A classifier's answer is read at a special token, or from all tokens: then `answer` is −1.
 */
export function eligibleTokens({ special, causal, answer }: MaskableInput): number[] {
  const eligible: number[] = [];
  for (let token = causal ? 1 : 0; token < (causal && answer >= 0 ? answer : special.length); token++) {
    if (!special[token] && token !== answer) eligible.push(token);
  }
  return eligible;
}
