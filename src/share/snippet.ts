// The shell command that computes the same results headless (design: headless contract). Pure.

import type { BiasSharing, MapName, MethodName } from '../engine/protocol';
import { addressOf, type Settings, shownName } from './settings';

/** For POSIX shells: single quotes, so that nothing in a prompt is ever run. */
function quote(text: string): string {
  return /^[\w.,/:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** DecompX as the command calls it; with the biases apart it is in_class. */
const shared: Record<BiasSharing, string> = {
  absDot: 'decompx_absdot',
  norm: 'decompx_norm',
  equal: 'decompx_equal',
  token: 'in_class',
};

/** Methods as the command calls them. */
const methods: Record<MethodName, string> = {
  saliency: 'gradient_l2',
  gradient_x_input: 'grad_x_input',
  integrated_gradients: 'integrated_gradients',
  lrp_ah_ln: 'lrp_ah_ln',
  attnlrp: 'attnlrp',
  chefer: 'chefer_generic',
  ablation: 'ablation_zero',
};

/** `ids`: of the run, for what the model has written after the prompt. `runnerUp`: what a contrast without chosen rivals is held against; the command wants its id. */
export function analyzeSnippet(
  settings: Settings,
  blocks: number,
  runnerUp: number | null,
  ids: readonly number[] = [],
): string {
  const address = addressOf(settings);
  const [from, to] = settings.range ?? [0, blocks];
  const shown = settings.panels.flatMap((panel): MapName[] =>
    panel === 'tensor' ? [settings.map] : panel === 'difference' ? [...settings.difference] : [panel],
  );
  const rivals = settings.rivals.length > 0 ? settings.rivals : runnerUp === null ? [] : [runnerUp];
  const direction = settings.direction === 'contrast' ? `contrast:${rivals.join(',')}` : settings.direction;
  const token = settings.pinned[0];
  if (settings.tab === 'row' && settings.method === 'decompx') shown.push('decompx');
  // What the page shows of another operator: the command writes slices and pairs of it.
  const operated = settings.tab === 'slice' || settings.tab === 'pair';
  const continues = settings.continued.length > 0;
  const parts: [string, string | null][] = [
    ['--model', shownName(settings.model)],
    ['--hub', address.kind === 'hub' ? address.base : null],
    ['--revision', address.kind === 'hub' ? address.revision : null],
    ['--weights', settings.weights === 'f32' ? null : settings.weights],
    ['--memory', settings.memory === null ? null : `${settings.memory}MB`],
    continues
      ? ['--ids', ids.join(',')]
      : settings.image === null
        ? ['--prompt', settings.prompt ?? '']
        : ['--image', settings.image.name],
    ['--chat', settings.chat && settings.image === null && !continues ? '' : null],
    ['--maps', [...new Set(shown.map((map) => (map === 'decompx' ? shared[settings.biases] : map)))].join(',') || null],
    ['--methods', settings.tab === 'row' && settings.method in methods ? methods[settings.method as MethodName] : null],
    ['--target', token === undefined ? 'last' : String(token)],
    ['--class', settings.class === null ? 'auto' : String(settings.class)],
    ['--direction', direction],
    ['--layers', `${from}:${to}`],
    ['--gate-rule', settings.gateRule],
    ['--operator', operated && settings.operator !== 'tensor' ? settings.operator : null],
    ['--slice', settings.tab === 'slice' && token !== undefined ? String(token) : null],
    [
      '--pair',
      settings.tab === 'pair' && token !== undefined && settings.source !== null ? `${token},${settings.source}` : null,
    ],
    ['--out', 'result.safetensors'],
  ];
  const written = parts.flatMap(([name, value]) =>
    value === null ? [] : [name === '--chat' ? name : `${name} ${quote(value)}`],
  );
  return `npm run -s analyze -- ${written.join(' ')}`;
}
