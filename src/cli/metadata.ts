// The JSON in the output file's header: what was analysed, with which settings and on what, how exact each result is, how long it took.

import type { LogitCheck, ModelInfo, RunSummary } from '../engine/protocol';
import type { Collected } from './collect';
import type { AnalyzeOptions } from './options';

export function describe(
  model: ModelInfo,
  run: RunSummary,
  options: AnalyzeOptions,
  { notes }: Collected,
  logits: LogitCheck | null,
  seconds: number,
) {
  const { device, ...info } = model;
  return {
    model: info,
    device,
    prompt: 'text' in options.prompt ? options.prompt.text : null,
    ...('image' in options.prompt ? { image: options.prompt.image } : {}),
    ...(run.chat ? { chat: run.chat.text } : {}),
    tokens: run.tokens,
    ...(run.picture ? { imageSize: run.picture.original } : {}),
    range: options.layers ?? [0, model.blocks],
    gateRule: options.gateRule,
    ...(options.operator === 'tensor' ? {} : { operator: options.operator }),
    target: options.target,
    class: options.class,
    direction: options.direction,
    conventions:
      'matrices over tokens: row = output token, column = input token; tensors as in fixtures/tiny/README.md',
    // Of rounded weights, whose own rounding is in model.weights: the logits against the float64 reference of the original ones.
    ...(logits === null ? {} : { logitCheck: logits }),
    results: notes,
    seconds: { run: run.seconds, total: seconds },
  };
}
