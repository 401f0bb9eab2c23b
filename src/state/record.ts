// Records a worked example for `public/examples/<id>.json`: everything the page shows with it by default, every token's row, and the other
// cheap collapses, so that it can be explored without a model. The 3-D slice is left out unless asked for: it is the one large reply.

import type { EngineApi, ModelInfo, PictureFile } from '../engine/protocol';
import { recordSession, type StoredSession, type WantedCall } from '../engine/stored';
import { encodeLink } from '../share/permalink';
import { defaultModel, inputTitle, type Settings } from '../share/settings';
import { type Example, exampleInput, exampleSettings, exampleTarget } from './examples';
import { fitSettings } from './fit';
import { type Want, wants } from './wants';

export async function recordExample(
  engine: EngineApi,
  model: ModelInfo,
  example: Example,
  options: { readonly name?: string; readonly slice?: boolean; readonly picture?: PictureFile } = {},
): Promise<StoredSession> {
  const { picture = null } = options;
  const run = await engine.run(picture === null ? { text: example.prompt } : { picture });
  const target = exampleTarget(example, run, await engine.lookUp(example.target.rivals));
  const chosen = { ...exampleSettings(example, options.name ?? defaultModel), ...target };
  const { settings } = fitSettings(chosen, model, run);
  const first = wants({ settings, model, run, hovered: null, row: null, approved: [], probes: {} })[0]!;
  const row = first.call === 'row' ? await engine.row(first.request) : null;

  return recordSession(
    engine,
    model,
    inputTitle(exampleInput(example)),
    (again) => {
      // A classifier has predictions at one token only.
      const explainable = model.readToken === undefined ? [...again.tokens.keys()] : [model.readToken];
      const views: Settings[] = [
        settings,
        { ...settings, tab: 'pair' },
        { ...settings, tab: 'layers' },
        { ...settings, tab: 'layers', layersKind: 'upTo' },
        { ...settings, map: 'in' },
        { ...settings, map: 'out' },
        ...(model.readToken === undefined ? [{ ...settings, map: 'in_class' } as const] : []),
        ...(options.slice ? [{ ...settings, tab: 'slice' } as const] : []),
        ...explainable.map((token) => ({ ...settings, pinned: [token], rivals: [] })),
        ...explainable.map((token) => ({ ...settings, pinned: [token], direction: 'centred', rivals: [] }) as const),
        { ...settings, direction: 'centred', rivals: [] },
      ];
      const asked = new Map<string, WantedCall>();
      for (const view of views) {
        for (const want of wants({ settings: view, model, run: again, hovered: null, row, approved: [], probes: {} })) {
          asked.set(want.key, bare(want));
        }
      }
      return [...asked.values()];
    },
    encodeLink(settings),
    picture,
  );
}

function bare({ call, request }: Want): WantedCall {
  return { call, request } as WantedCall;
}
