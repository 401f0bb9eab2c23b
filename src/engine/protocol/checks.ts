// The run against other implementations.

/** The run's logits against the float64 reference's, computed on the CPU from the same weights. */
export interface LogitCheck {
  /** max|logit − reference| / max|reference|; null when the reference would take too long here. */
  readonly error: number | null;
  readonly note: string;
}

/** The run against ONNX Runtime with the hub's own export of the model. */
export interface OnnxCheck {
  readonly compared: 'logits' | 'hidden states';
  /** max|ours − theirs| / max|theirs|. */
  readonly error: number;
  /** max|ours − theirs|. */
  readonly largest: number;
  readonly rows: number;
  /** Rows in which both have the same first choice; null where there are no choices. */
  readonly sameFirst: number | null;
  /** That ONNX Runtime took for its run. */
  readonly seconds: number;
}
