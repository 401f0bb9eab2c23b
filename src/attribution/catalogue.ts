// What each picture is, in words: data only. Formulas are this program's own definitions; none is certified as any paper's.

import type { MethodName } from '../engine/protocol';

export type CatalogueName =
  | 'in_out'
  | 'in'
  | 'out'
  | 'norm'
  | 'in_class'
  | 'trace'
  | 'spectral'
  | 'nuclear'
  | 'attention'
  | 'rollout'
  | 'flow'
  | 'attn_n'
  | 'attn_res_n'
  | 'attn_res_ln_n'
  | 'rollout_attn_n'
  | 'rollout_attn_res'
  | 'globenc'
  | 'alti'
  | 'decompx'
  | 'difference'
  | 'row'
  | 'slice'
  | 'pair'
  | 'layers'
  | 'graph'
  | 'shares'
  | 'faithfulness'
  | 'jacobian'
  | MethodName;

/** Maps of one kind stand together in lists of maps. */
export type CatalogueGroup = 'Tensor' | 'Attention' | 'Vector norms' | 'Decompositions';

export interface CatalogueEntry {
  /** How it is called on the page, after its family: "Tensor, in+out". */
  readonly title: string;
  readonly formula: string;
  readonly means: string;
  readonly isNot: string;
  readonly source: string;
  /** Absent: not a map of its own. */
  readonly group?: CatalogueGroup;
}

const tensor =
  'Own definition after the idea of TensorLens (arXiv 2601.17958): attention, norms and activations frozen at this input.';

export const catalogue: Readonly<Record<CatalogueName, CatalogueEntry>> = {
  in_out: {
    title: 'in+out',
    formula: 'M_ij = y_iᵀ T_ij x_j     Σ_j M_ij + y_i·B_i = ‖y_i‖²',
    means:
      'How much of output vector i, measured along itself, comes from input token j through every path of the model. Signed; each row and its bias share add up to ‖y_i‖².',
    isNot: 'Not about one predicted word: it asks what made the whole output vector. For a word, use class.',
    source: tensor,
    group: 'Tensor',
  },
  in: {
    title: 'in',
    formula: 'M_ij = ‖T_ij x_j‖₂',
    means: 'Size of what input token j contributes to output vector i.',
    isNot: 'No sign: contributions that cancel each other both look large, and a row does not add up to anything.',
    source: tensor,
    group: 'Tensor',
  },
  out: {
    title: 'out',
    formula: 'M_ij = ‖T_ijᵀ y_i‖₂',
    means:
      'How strongly output i, read backwards along itself, depends on the embedding of token j, whatever that embedding is.',
    isNot: 'Not a contribution: it ignores which embedding is really there.',
    source: tensor,
    group: 'Tensor',
  },
  norm: {
    title: 'norm',
    formula: 'M_ij = ‖T_ij‖_F = (Σ_de T[i,d,j,e]²)^½',
    means: 'Size of the whole D×D operator from token j to token i, over all directions.',
    isNot: 'Blind to the input: an operator may be large in directions that this embedding does not have.',
    source: tensor,
    group: 'Tensor',
  },
  in_class: {
    title: 'in+class',
    formula:
      'M_ij = u_cᵀ T_ij x_j     centred: u_c − mean_v u_v     contrast: u_c − mean of rivals     log p: u_c − Σ_v p_v u_v',
    means:
      'Part of the explained logit that comes from input token j. Each row with its bias share adds up to the explained number exactly.',
    isNot:
      'Not a prediction of what happens when the token is removed: attention is frozen here, and would change. Rankings depend on the direction, which is therefore always named.',
    source: tensor,
    group: 'Tensor',
  },
  trace: {
    title: 'trace',
    formula: 'M_ij = tr T_ij = Σ_d T[i,d,j,d]',
    means:
      'How much of what token j holds arrives at token i in the same channels, added up: copying, where it is positive and large. Signed.',
    isNot:
      'Not a size: an operator that moves everything to other channels has trace 0. It depends on the output having the channels of the input.',
    source: tensor,
    group: 'Tensor',
  },
  spectral: {
    title: 'spectral',
    formula: 'M_ij = ‖T_ij‖₂ = σ₁, the largest singular value',
    means: 'The most by which T_ij lengthens any vector: its strongest single direction.',
    isNot: 'Not what this input uses: the strongest direction may be one that this embedding does not have.',
    source: tensor,
    group: 'Tensor',
  },
  nuclear: {
    title: 'nuclear',
    formula: 'M_ij = ‖T_ij‖_* = Σ_k σ_k',
    means: 'All singular values added up: large where T_ij carries many directions, not only strongly along one.',
    isNot: 'Blind to the input, and no contribution: nothing here adds up to the output.',
    source: tensor,
    group: 'Tensor',
  },
  attention: {
    title: 'Raw attention',
    formula: 'A_ij = softmax_j(q_i·k_j / √d)',
    means: 'Where one block looks: one head, or the mean or the largest over its heads.',
    isNot: 'Not what is done with what is seen: values, other blocks, feed-forward layers and norms are left out.',
    source: 'Vaswani et al. 2017.',
    group: 'Attention',
  },
  rollout: {
    title: 'Attention rollout',
    formula: 'Â_ℓ = (mean_h A_ℓ + I) / row sum     R = Â_N ··· Â_1',
    means: 'Attention multiplied through the blocks, half of it for the residual path, heads averaged.',
    isNot: 'No values, no feed-forward layers, no signs. On decoders nearly everything ends at the first token.',
    source: 'Abnar & Zuidema 2020, as in their published code.',
    group: 'Attention',
  },
  flow: {
    title: 'Attention flow',
    formula: 'M_ij = maximum flow from (N, i) to (0, j), capacities Â_ℓ; rows divided by their sum',
    means: 'The most that could pass from token j to token i if attention weights were the widths of pipes.',
    isNot:
      'Nothing really flows like this: an upper bound of a path through attention alone, and pairs are solved one by one.',
    source: 'Abnar & Zuidema 2020, as in their published code.',
    group: 'Attention',
  },
  attn_n: {
    title: 'Attn-N',
    formula: 'M_ij = ‖Σ_h A_h[i, j] f_h(x_j)‖₂     f_h(x) = (x W_V + b_V) W_O',
    means: 'How long the vector is that one block’s attention moves from token j to token i, all heads together.',
    isNot:
      'Not a share of anything: the residual path, which usually carries more, is left out, and lengths of vectors that cancel add nothing up.',
    source: 'Kobayashi et al. 2020, as in their published code.',
    group: 'Vector norms',
  },
  attn_res_n: {
    title: 'AttnRes-N',
    formula: 'M_ij = ‖v_ij‖₂     v_ij = Σ_h A_h[i, j] f_h(x_j) + δ_ij x_i',
    means:
      'The same with the residual path: what one block’s attention and its shortcut bring from token j to token i.',
    isNot: 'Not the block: its feed-forward layer is left out, and so is every other block.',
    source: 'Kobayashi et al. 2021, as in their published code.',
    group: 'Vector norms',
  },
  attn_res_ln_n: {
    title: 'AttnResLn-N',
    formula: 'M_ij = ‖γ ⊙ (v_ij − mean(v_ij)) / σ_i‖₂',
    means: 'AttnRes-N after the norm that stands on the residual path of post-norm blocks (BERT), its true scale kept.',
    isNot: 'Not defined where no norm stands on the residual path (GPT-2, Llama, ViT). The norm’s bias is left out.',
    source: 'Kobayashi et al. 2021, as in their published code.',
    group: 'Vector norms',
  },
  rollout_attn_n: {
    title: 'Rollout of Attn-N',
    formula: 'Â_ℓ = (N_ℓ / row sum + I)/2, N = Attn-N     R = Â_N ··· Â_1',
    means: 'Attention rollout with lengths of moved vectors in place of attention weights.',
    isNot:
      'Half of every step is given to the residual path whatever it really carries; no feed-forward layers, no signs.',
    source: 'Rollout of Abnar & Zuidema 2020 on the norms of Kobayashi et al. 2020.',
    group: 'Vector norms',
  },
  rollout_attn_res: {
    title: 'Value-weighted rollout',
    formula: 'M_ℓ = N_ℓ / row sum, N = AttnResLn-N (post-norm) or AttnRes-N     R = M_N ··· M_1',
    means: 'Lengths of what attention and residual bring, as shares of a row, multiplied through the blocks.',
    isNot: 'Shares of lengths are not parts of a whole: vectors that point against each other both count in full.',
    source: 'As the baseline “norm” in the published code of Ferrando et al. 2022.',
    group: 'Vector norms',
  },
  globenc: {
    title: 'GlobEnc',
    formula: 'N_ℓ = ‖N₂(N₁(v_ij))‖₂     M = N_N ··· N_1',
    means: 'Lengths after both norms of a post-norm block, multiplied through the blocks as they are.',
    isNot:
      'The feed-forward output counts only in the second norm’s scale; products of lengths are no contributions, and rows have no fixed sum.',
    source: 'Modarressi et al. 2022, as in their published code.',
    group: 'Vector norms',
  },
  alti: {
    title: 'ALTI',
    formula: 'c_ij = max(0, ‖y_i‖₁ − ‖y_i − t_ij‖₁) / row sum     M = C_N ··· C_1',
    means:
      'How much closer the vector from token j brings token i to what attention, residual (and norm) really gave it; multiplied through the blocks.',
    isNot:
      'Vectors that lead away from the result count as nothing, not as negative; feed-forward layers are left out, and distances are not parts of a sum.',
    source: 'Ferrando et al. 2022, as in their published code (L1).',
    group: 'Vector norms',
  },
  decompx: {
    title: 'DecompX',
    formula: 'M_ij = u_i · Z_i⇐j     every bias b shared where it is added: ω_j = |b·z_j| (or ‖z_j‖, or equal) / Σ_j',
    means:
      'The class map with the biases shared out among the input tokens, step by step, so that a row needs no bias of its own. “Apart” is the class map itself.',
    isNot:
      'The shares are a convention: biases come from no token, and another rule moves the scores. Attention and norms are frozen as in the tensor.',
    source:
      'Modarressi et al. 2023, as in their published code; activations by φ(z)/z, attention biases in one piece after the residual sum.',
    group: 'Decompositions',
  },
  difference: {
    title: 'Difference',
    formula: 'M_ij = left_ij / Σ_j|left_ij| − right_ij / Σ_j|right_ij|',
    means:
      'Where two maps disagree. Rows of both are divided by their sum of sizes first, so that unlike units can be compared.',
    isNot: 'Not a verdict on which of the two is right.',
    source: 'Own.',
  },
  row: {
    title: 'Row',
    formula: 'uᵀ T_ij x_j for every j,  + u·B_i  =  the explained number',
    means: 'Every input token’s signed part of the explained number, and the part that the biases have.',
    isNot: 'Not the effect of deleting a token: with a token gone, attention and norms would be others.',
    source: tensor,
  },
  slice: {
    title: '3-D slice',
    formula: 'T[i,:,:,:] as one D×D matrix T_ij for every input token j',
    means: 'The whole operator that makes output i: which channel of which input token goes to which output channel.',
    isNot: 'Not the Jacobian: attention, norms and activation ratios are held at their values here.',
    source: tensor,
  },
  pair: {
    title: 'Pair',
    formula: 'T_ij = Σ_k σ_k l_k r_kᵀ',
    means:
      'The operator from one token to one output, and its strongest directions: the tokens they read (through the embedding) and write (through the unembedding).',
    isNot: 'A direction’s tokens are its nearest words, not its meaning.',
    source: tensor,
  },
  layers: {
    title: 'Layers',
    formula: 'from block ℓ: uᵀ T^(ℓ→N)_ij x^ℓ_j      up to block ℓ: the same through the logit lens',
    means: 'How the row builds up, block by block.',
    isNot: 'Tokens of later blocks are positions: what stands there has already been mixed by the blocks before.',
    source: tensor,
  },
  graph: {
    title: 'Flow graph',
    formula:
      'edge = g_i · (what a component adds at token i)     g: the explained number’s direction, pulled back through the blocks',
    means:
      'How the explained number comes to be: what flows from token to token, through which heads and feed-forward layers. What enters a node leaves it, and every horizontal cut, with the biases above it, adds up to the number.',
    isNot:
      'Not a picture of causes: attention, norms and activations are held at their values here. A thin edge may still decide where attention looks, and large edges of opposite signs may cancel.',
    source: tensor,
  },
  shares: {
    title: 'Shares of blocks, heads and feed-forward layers',
    formula:
      'Σ_h Σ_i head_h(i) + Σ_i past(i) + biases = the explained number     FFN + past + biases = the explained number',
    means:
      'Behind every sublayer the explained number is cut in parts: what comes through each head or the feed-forward layer, what passes by on the residual stream, and what biases bring there and later.',
    isNot:
      'Shares of different blocks are not parts of one whole: what passes through block 0 passes through or by block 1 again. Nor are they what the model would lose without a head.',
    source: tensor,
  },
  faithfulness: {
    title: 'Faithfulness',
    formula:
      'deletion: mean height of p(answer | the top ⌈f M⌉ tokens masked) over f      localisation: is the top token a responsible one?',
    means:
      'Two tests of a ranking of the input tokens: how the answer fares when tokens are masked in its order, most relevant first (MoRF) or least relevant first (LeRF), and, where the responsible tokens are known, whether it puts one of them first.',
    isNot:
      'Neither test stands for the other, and masked prompts are prompts that the model has rarely seen: another mask gives other curves.',
    source: 'Samek et al. 2017 (MoRF and LeRF); Chefer et al. 2021 (positive and negative perturbation).',
  },
  jacobian: {
    title: 'T beside the Jacobian',
    formula: 'J_ij = ∂y_i/∂x_j     Σ_j T_ij x_j + B_i = y_i     F(x + E) = F(x) + Jᵀc · E + O(|E|²)',
    means:
      'The tensor accounts for the output that is there; the Jacobian predicts what a small change does to it. Both are measured on this prompt.',
    isNot:
      'Not a contest: they answer different questions, and neither says what happens when a token is removed, which is no small change.',
    source: 'Own comparison. The Jacobian is the exact derivative of the model, nothing held.',
  },
  saliency: {
    title: 'Saliency',
    formula: 's_j = ‖∂F/∂x_j‖₂',
    means: 'How steeply the explained number changes with each token’s embedding, whichever way.',
    isNot: 'Not a contribution: no sign, no sum, and a token that has saturated what it does scores 0.',
    source: 'Simonyan, Vedaldi, Zisserman 2014, there for pixels.',
  },
  gradient_x_input: {
    title: 'Gradient × Input',
    formula: 'r_j = ∂F/∂x_j · x_j',
    means: 'What the explained number would lose if a token’s embedding shrank to nothing and everything were linear.',
    isNot:
      'Not a decomposition: attention and norms are not linear, so the parts leave much of the number over. How much is told.',
    source: 'Shrikumar, Greenside, Kundaje 2017.',
  },
  integrated_gradients: {
    title: 'Integrated gradients',
    formula: 'r_j = x_j · ∫₀¹ ∂F/∂x_j (α x) dα     Σ_j r_j = F(x) − F(0)',
    means:
      'Gradients along the way from no input to this one, added up until the parts account for what the number gains on it. How far they are off is told.',
    isNot:
      'Not about this input alone: most of the way lies where no text leads, positions included, and attention is another one there.',
    source: 'Sundararajan, Taly, Yan 2017, from the zero embedding.',
  },
  lrp_ah_ln: {
    title: 'LRP (AH+LN)',
    formula: 'r_j = g_j · x_j     g = ∂F/∂x_j with A and 1/σ held, activations and gates not',
    means: 'Relevance that attention and norms pass on undiminished, as the tensor has it; activations pass gradients.',
    isNot: 'Not conserved: activations and biases take up what the parts leave over. Queries and keys get nothing.',
    source: 'Ali et al. 2022, “conservative propagation”, as in their published code.',
  },
  attnlrp: {
    title: 'AttnLRP',
    formula: 'r_j = g_j · x_j     g by T’s rules; A v in halves to A and v, softmax by its slope, q·k in halves',
    means: 'The tensor’s rules with the path through queries and keys open: why it attended where it did counts too.',
    isNot:
      'Not an exact account: the softmax is linearised, and what that and the biases absorb is a share of its own, found as what is left over.',
    source: 'Achtibat et al. 2024, as in their published code; the gate rule is the chosen one, theirs is half.',
  },
  chefer: {
    title: 'Chefer’s relevance',
    formula: 'R ← R + Ā R, from R = I     Ā = mean_h max(0, ∂F/∂A_h ⊙ A_h)',
    means: 'Attention weighed by how much more of it would raise the explained number, gathered through the blocks.',
    isNot:
      'Not a decomposition: what lowers the number is cut off before it can cancel anything, and rows add up to nothing.',
    source: 'Chefer, Gur, Wolf 2021 (generic attention explainability), the rule for self-attention.',
  },
  ablation: {
    title: 'One token left out',
    formula: 'r_j = F(x) − F(x without token j)',
    means: 'The true effect: the model run again without each token, everything computed anew.',
    isNot:
      'Not a share: tokens that stand in for each other all score little, tokens that need each other all score much. What takes the token’s place is a choice.',
    source: 'Zeiler & Fergus 2014, there for patches of pictures.',
  },
};
