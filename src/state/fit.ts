// Settings from a link against the model and the run that are really there: what cannot be is replaced, and every replacement is told.

import { nodeOf } from '../analysis/flowEdges';
import type { ModelInfo, RunSummary } from '../engine/protocol';
import type { Settings } from '../share/settings';

export interface Fitted {
  readonly settings: Settings;
  readonly notes: readonly string[];
}

export function fitSettings(settings: Settings, model: ModelInfo, run: RunSummary): Fitted {
  const notes: string[] = [];
  const fitted: { -readonly [K in keyof Settings]: Settings[K] } = { ...settings };
  const last = run.tokens.length - 1;

  const pinned = settings.pinned.filter((token) => token <= last);
  if (pinned.length < settings.pinned.length) {
    fitted.pinned = pinned;
    notes.push(`The prompt has ${last + 1} tokens, so a pinned token beyond them was released.`);
  }
  if (settings.source !== null && settings.source > last) fitted.source = null;
  const { blocks, heads } = model;
  if (settings.graphNode !== null && nodeOf(settings.graphNode, { blocks, heads, tokens: last + 1 }) === null) {
    fitted.graphNode = null;
  }
  if (settings.range !== null) {
    const [from, to] = settings.range;
    if (to > model.blocks || from >= to) {
      fitted.range = null;
      notes.push(`The model has ${model.blocks} blocks, so the range ${from}–${to} was replaced by all of them.`);
    } else if (from === 0 && to === model.blocks) fitted.range = null;
  }
  if (settings.attentionLayer !== null && settings.attentionLayer >= model.blocks) {
    fitted.attentionLayer = null;
    notes.push(`The model has ${model.blocks} blocks, so raw attention shows the last one.`);
  }
  if (typeof settings.attentionHead === 'number' && settings.attentionHead >= model.heads) {
    fitted.attentionHead = null;
    notes.push(`The model has ${model.heads} heads a block, so raw attention shows their mean.`);
  }
  const classes = model.classes ?? model.vocab;
  const known = (id: number) => id < classes;
  if ((settings.class !== null && !known(settings.class)) || !settings.rivals.every(known)) {
    fitted.class = null;
    fitted.rivals = settings.rivals.filter(known);
    const kind = model.readToken === undefined ? 'tokens' : 'classes';
    notes.push(`The model knows ${classes} ${kind}, so one outside them was left out of the target.`);
  }
  if (settings.revision !== null && settings.revision !== model.revision) {
    notes.push(
      `The link was made with revision ${settings.revision} of this model; here it is ${model.revision}, so numbers may differ.`,
    );
    fitted.revision = null;
  }
  return { settings: fitted, notes };
}
