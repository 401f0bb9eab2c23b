// Input ablation, one token left out at a time: r_j = F(x) − F(x without token j), the true effect, everything computed anew (Zeiler & Fergus 2014,
// there with patches of pictures). In the token's place stands a zero embedding, position included, or another token ([MASK], unknown).
// What this is not: a share. Effects of tokens that stand in for each other are all small, those of tokens that need each other all large, so they
// add up to nothing; and what stands in the place is a choice.

/** [source]: what F loses. */
export function leaveOneOutEffects(whole: number, without: ArrayLike<number>): Float64Array {
  return Float64Array.from(without, (value) => whole - value);
}
