// Everything on the screen as files. Loaded when the first export is made; reads the state once, computes nothing.

import { sublayerShares } from '../analysis/flowShares';
import type { MapName, MapResult } from '../engine/protocol';
import { type RecordedCall, type StoredSession, storedVersion, writeSession } from '../engine/stored';
import { type NamedTable, toCsv } from '../share/csv';
import { composeFigure, type Picture, pictureOf } from '../share/figure';
import { toHtml } from '../share/html';
import { encodeLink } from '../share/permalink';
import type { Settings } from '../share/settings';
import { analyzeSnippet } from '../share/snippet';
import type { Controller } from '../state/controller';
import { help, mapTitle, operatorTitles, operatorWords } from '../state/help';
import type { Slot, State } from '../state/store';
import { candidates, targetWords } from '../state/target';
import { explainedTokens, hiddenSources, mapSlots, remainderSizes } from '../state/wants';
import { difference } from '../views/difference/difference';
import { drawnFlow, openedEdges } from '../views/flowGraph/picture';
import { flowSvg } from '../views/flowGraph/svg';
import { toTable as flowTable, sharesTable } from '../views/flowGraph/toTable';
import { mapSvg } from '../views/heatmap/svg';
import { toTable as mapTable } from '../views/heatmap/toTable';
import { patchGrid } from '../views/image/layout';
import { toTable as overlayTable } from '../views/image/overlay';
import { pictureSvg } from '../views/image/svg';
import { normsTable, remainderTable } from '../views/jacobian/toTable';
import { toTable as layersTable } from '../views/layers/toTable';
import { toTable as pairTable } from '../views/pair/toTable';
import { relevanceTable } from '../views/row/relevance';
import { toTable as rowTable } from '../views/row/toTable';
import { formatNumber } from '../views/shared/numbers';
import { PALETTES } from '../views/shared/palette';
import { toTable as sliceTable } from '../views/slice/toTable';
import { shownOverlay } from './picture/overlay';
import { relationCalls, relationExport, studyExport } from './studyExports';

export type ExportKind = 'svg' | 'png' | 'csv' | 'json' | 'html';

const mapWidth = 520;

export async function makeExport(kind: ExportKind, state: State, controller: Controller): Promise<Blob> {
  switch (kind) {
    case 'svg':
      return new Blob([figure(state).svg], { type: 'image/svg+xml' });
    case 'png':
      return toPng(figure(state));
    case 'csv':
      return new Blob([toCsv(allTables(state, controller))], { type: 'text/csv' });
    case 'json':
      return new Blob([json(state, controller)], { type: 'application/json' });
    case 'html':
      return new Blob([html(state, controller)], { type: 'text/html' });
  }
}

export function snippet({ settings, model, run }: State): string {
  const list = run === null ? [] : candidates(settings, run.summary);
  const runnerUp = list.find(({ id }) => id !== (settings.class ?? list[0]?.id))?.id ?? null;
  const ids = run?.summary.tokens.map(({ id }) => id);
  return analyzeSnippet(settings, model?.blocks ?? 0, runnerUp, ids);
}

/** Maps with an answer to what is asked now; a dimmed picture of an older question is not exported. */
function shownMaps(state: State): readonly { name: string; result: MapResult }[] {
  if (state.model === null) return [];
  const maps = mapSlots(state.settings, state.model).flatMap(([slotName, map]) => {
    const slot = state.slots[slotName];
    if (slotName === 'left' || slotName === 'right' || !isCurrent(slot)) return [];
    return [{ name: exportTitle(map, slot.value), result: slot.value }];
  });
  const { left, right } = state.slots;
  if (!isCurrent(left) || !isCurrent(right)) return maps;
  const [a, b] = state.settings.difference;
  const matrix = difference(left.value.matrix, right.value.matrix, 'rows');
  const name = `Difference, ${mapTitle(a)} − ${mapTitle(b)}`;
  const { fidelity, provenance } = left.value;
  return [...maps, { name, result: { matrix, bias: null, total: null, fidelity, provenance } }];
}

function exportTitle(map: MapName, { estimate }: MapResult): string {
  return estimate ? `${mapTitle(map)}, estimated from ${estimate.probes} of ${estimate.of} probes` : mapTitle(map);
}

function isCurrent<T>(slot: Slot<T> | undefined): slot is Slot<T> & { readonly value: T } {
  return slot !== undefined && slot.value !== null && slot.valueKey === slot.key;
}

/** The picture with what lies over it; null where there is none. */
function picture(state: State): Picture | null {
  const { run, model, settings } = state;
  if (!run?.summary.picture || !model?.image) return null;
  const { tokens, picture } = run.summary;
  const grid = patchGrid(model.image, tokens.length);
  const overlay = shownOverlay(state).value;
  if (grid === null || overlay === null) return null;
  const own = tokens
    .slice(0, grid.first)
    .map(({ piece }, at) => `${piece} (${at}) ${formatNumber(overlay.values[at]!)}`);
  const svg = pictureSvg(
    {
      name: `${run.prompt}, ${overlay.title}`,
      picture,
      grid,
      overlay,
      opacity: settings.opacity / 100,
      log: settings.log,
      marked: [...settings.pinned, ...(settings.source === null ? [] : [settings.source])],
      note: own.length === 0 ? '' : `not in the picture: ${own.join(', ')}`,
    },
    { width: mapWidth, theme: 'light' },
  );
  return pictureOf(svg);
}

function figure(state: State): Picture {
  const { run, model, settings } = state;
  if (run === null || model === null)
    return pictureOf('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
  const theme = 'light'; // figures are for paper
  const { tokens } = run.summary;
  const hidden = hiddenSources(settings, model, run.summary);
  const pinned = explainedTokens(settings, run.summary, null);
  const first = picture(state);
  const maps = shownMaps(state).map(({ name, result: { matrix } }) =>
    pictureOf(
      mapSvg(
        {
          name,
          matrix,
          tokens,
          hiddenSources: hidden,
          scale: { domain: null, log: settings.log && !matrix.signed },
          selection: { pinned, source: settings.source, hovered: null },
        },
        { width: mapWidth, theme },
      ),
    ),
  );
  const { flowGraph } = state.slots;
  if (settings.tab === 'graph' && isCurrent(flowGraph)) {
    const { graph, explains } = flowGraph.value;
    const picture = { name: `Flow graph, ${explains}`, graph, tokens, choice: flowChoice(settings) };
    maps.push(pictureOf(flowSvg(picture, mapWidth)));
  }
  return composeFigure(first === null ? maps : [first, ...maps], {
    title: run.prompt,
    lines: captions(state),
    columns: 2,
    ink: PALETTES[theme].ink,
    panel: PALETTES[theme].panel,
  });
}

/** What the reader chose to see of the flow graph. */
function flowChoice({ graphLeast, graphScaled, graphNode, graphFocus }: Settings) {
  return { least: graphLeast, scaled: graphScaled, node: graphNode, focus: graphFocus };
}

function captions(state: State): readonly string[] {
  const { model } = state;
  if (model === null) return [];
  return [
    targetWords({ ...state, hovered: null }),
    `${model.title}, ${model.id} ${model.revision} · ${model.device.name} · Tensorscope`,
  ];
}

/** SVG → image → canvas → PNG, twice as many pixels as units. */
async function toPng({ svg, width, height }: Picture): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (blob === null) throw new Error('This figure is too large for a PNG: export it as SVG.');
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}

function tables(state: State): readonly NamedTable[] {
  const { run, slots } = state;
  if (run === null) return [];
  const { tokens } = run.summary;
  const grid = state.model?.image ? patchGrid(state.model.image, tokens.length) : null;
  const overlay = grid && run.summary.picture ? shownOverlay(state).value : null;
  const list: NamedTable[] = shownMaps(state).map(({ name, result }) => ({
    name,
    ...mapTable(result.matrix, tokens, new Set(), result.estimate && { ...result.matrix, data: result.estimate.band }),
  }));
  if (grid && overlay)
    list.push({ name: `Over the picture, ${overlay.title}`, ...overlayTable(overlay, grid, tokens) });
  if (isCurrent(slots.row))
    list.push({ name: `Row, ${slots.row.value.explains}`, ...rowTable(slots.row.value, tokens) });
  if (isCurrent(slots.flowGraph)) {
    const { graph, explains } = slots.flowGraph.value;
    const choice = flowChoice(state.settings);
    const { edges } = drawnFlow(graph, openedEdges(graph, choice.node, choice.focus), choice).drawn;
    list.push({ name: `Flow graph, ${explains}`, ...flowTable(edges, graph, tokens) });
    list.push({ name: `Shares, ${explains}`, ...sharesTable(sublayerShares(graph), graph.heads) });
  }
  const { method, operator } = state.settings;
  if (isCurrent(slots.attribution) && method !== 'row') {
    const { value } = slots.attribution;
    const { title } = help(method);
    list.push({ name: `${title}, ${value.explains}`, ...relevanceTable(value, title, tokens) });
  }
  if (isCurrent(slots.sharedRow)) {
    const { value } = slots.sharedRow;
    list.push({ name: `${mapTitle('decompx')}, ${value.explains}`, ...rowTable(value, tokens) });
  }
  const of = operator === 'tensor' ? '' : ` of ${operatorTitles[operator]}`;
  if (isCurrent(slots.slice))
    list.push({
      name: `3-D slice${of}, norms`,
      ...sliceTable(slots.slice.value, tokens, operatorWords(operator).symbol),
    });
  if (isCurrent(slots.pair)) list.push({ name: `Pair${of}`, ...pairTable(slots.pair.value) });
  if (isCurrent(slots.layers)) list.push({ name: `Layers${of}`, ...layersTable(slots.layers.value, tokens) });
  if (isCurrent(slots.beside)) list.push({ name: 'T beside J, norms', ...normsTable(slots.beside.value, tokens) });
  if (isCurrent(slots.jacobianRow)) {
    const { value } = slots.jacobianRow;
    list.push({ name: `Row of the Jacobian, ${value.explains}`, ...rowTable(value, tokens) });
  }
  if (isCurrent(slots.remainder)) {
    const { value } = slots.remainder;
    list.push({ name: `Remainder, ${value.explains}`, ...remainderTable(remainderSizes, value) });
  }
  return list;
}

/** A decoded relation stands for itself: its room shows nothing of the run. */
function allTables(state: State, controller: Controller): readonly NamedTable[] {
  const relation = relationExport(controller, state).tables;
  return relation.length > 0 ? relation : [...tables(state), ...studyExport(controller, state).tables];
}

/** Relations and tests of faithfulness are there to be read: opened again, the page computes them anew. */
function json(state: State, controller: Controller): string {
  const recorded = session(state);
  const study = studyExport(controller, state);
  return writeSession({
    ...recorded,
    calls: [...recorded.calls, ...relationCalls(controller, state)],
    ...(study.tables.length > 0 && { study }),
  });
}

function session(state: State): StoredSession {
  const { run, model, settings, slots } = state;
  if (run === null || model === null) throw new Error('There is no result to export yet.');
  const calls = Object.values(slots as Record<string, Slot<unknown>>)
    .filter(isCurrent)
    .map((slot) => {
      // A slot's key is the call and its request, written out.
      const space = slot.key.indexOf(' ');
      const request: unknown = JSON.parse(slot.key.slice(space + 1));
      return { call: slot.key.slice(0, space), request, reply: slot.value } as RecordedCall;
    });
  const link = encodeLink({ ...settings, revision: model.revision });
  return {
    format: 'tensorscope-session',
    version: storedVersion,
    link,
    model,
    prompt: run.prompt,
    run: run.summary,
    calls,
  };
}

function html(state: State, controller: Controller): string {
  const { run, model, settings } = state;
  const provenance = shownMaps(state).map(({ name, result }) => ({
    name,
    fidelity: result.fidelity,
    ...result.provenance,
  }));
  const link = new URL(
    encodeLink({ ...settings, revision: model?.revision ?? null }) || location.pathname,
    location.href,
  ).href;
  return toHtml({
    title: run?.prompt ?? 'Tensorscope',
    lines: [...captions(state), ...relationExport(controller, state).notes, ...studyExport(controller, state).notes],
    link,
    snippet: snippet(state),
    svg: figure(state).svg,
    tables: allTables(state, controller),
    provenance,
  });
}
