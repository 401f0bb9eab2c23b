// A map as a standalone SVG file: exactly what the page shows, with caption and legend, for papers. Pure: the same geometry, no DOM.

import { cssColour, type Ramp, ramp as rampOf, rangeOf } from '../shared/colourScale';
import { gradientStops, legendTicks } from '../shared/legend';
import { PALETTES, type Palette } from '../shared/palette';
import { eachCell, type Field, toPixels } from '../shared/pixels';
import { pngUri } from '../shared/png';
import { type Label, tokenLabels } from '../shared/tokenText';
import type { MapViewProps } from '../view';
import { cellTexts, matrixField } from './draw';
import { COLUMN_ANGLE, colTexts, type GridFrame, gridFrame, INDEX_GAP, indexWidth, markerX, rowTexts } from './layout';
import { emphasis, fine, type Mark, type Marked, marks } from './marks';
import { hiddenNote } from './share';

export type MapPicture = Pick<MapViewProps, 'name' | 'matrix' | 'tokens' | 'hiddenSources' | 'scale' | 'selection'>;

const MONO = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace";
/** Above this many cells a side, one embedded image is smaller than the rectangles and just as sharp. */
const MOST_RECTS = 64;
const CAPTION = 24;
const FOOT = 44;

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
const px = (value: number): string => String(Math.round(value * 100) / 100);

function cells(field: Field, ramp: Ramp, frame: GridFrame): string {
  if (field.rows > MOST_RECTS || field.cols > MOST_RECTS) {
    const uri = pngUri(toPixels(field, ramp));
    return `<image width="${px(frame.plotWidth)}" height="${px(frame.plotHeight)}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${uri}"/>`;
  }
  const rects: string[] = [];
  eachCell(field, (row, col, value) => {
    const place = `x="${px(col * frame.cellWidth)}" y="${px(row * frame.cellHeight)}" width="${px(frame.cellWidth)}" height="${px(frame.cellHeight)}"`;
    rects.push(`<rect ${place} fill="${cssColour(ramp.lut, ramp.index(value))}"/>`);
  });
  return `<g shape-rendering="crispEdges">${rects.join('')}</g>`;
}

function axes(frame: GridFrame, marked: Marked, palette: Palette): string {
  const strong = emphasis(marked);
  const style = (label: Label, picked: readonly (number | null)[], loud: boolean): string =>
    picked.includes(label.index) ? ` font-weight="700" fill="${palette.accent}"` : loud ? ' font-weight="700"' : '';
  const titles =
    `<text x="${px(frame.left - 6)}" y="11" text-anchor="end" font-size="10" fill="${palette.ink2}">output ↓</text>` +
    `<text x="${px(frame.left)}" y="11" font-size="10" fill="${palette.ink2}">input →</text>`;
  const rows = rowTexts(frame, marked.rows, strong.rows).map(
    ({ position, x, y, text, index }) =>
      `<g text-anchor="end"${style(marked.rows[position]!, marked.pinned, strong.rows.includes(position))}>` +
      `<text x="${px(x - indexWidth(marked.rows) - INDEX_GAP)}" y="${px(y)}" dy="0.34em" font-family="${MONO}">${escapeXml(text)}</text>` +
      `<text x="${px(x)}" y="${px(y)}" dy="0.34em" font-size="10">${index}</text></g>`,
  );
  const cols = colTexts(frame, marked.cols, strong.cols).map(
    ({ position, x, y, text, index }) =>
      `<text transform="translate(${px(x)} ${px(y)}) rotate(${COLUMN_ANGLE[frame.stance]})" dy="0.34em" text-anchor="end"${style(marked.cols[position]!, [marked.source], strong.cols.includes(position))}>` +
      `<tspan font-family="${MONO}">${escapeXml(text)}</tspan><tspan dx="4" font-size="10">${index}</tspan></text>`,
  );
  const pins = marked.pinned.flatMap((index) => {
    const position = marked.rows.findIndex((label) => label.index === index);
    const y = frame.top + (position + 0.5) * frame.cellHeight - 4;
    return position < 0
      ? []
      : [`<path d="M${px(markerX(frame, marked.rows, position))} ${px(y)}l6 4l-6 4z" fill="${palette.accent}"/>`];
  });
  return titles + rows.join('') + cols.join('') + pins.join('');
}

function selection(list: readonly Mark[], thin: boolean, palette: Palette): string {
  const weight = thin ? 1 : 2;
  const paint: Record<Mark['kind'], string> = {
    cross: `stroke="${palette.ink2}"`,
    source: `stroke="${palette.accent}" stroke-dasharray="3 2"`,
    row: `stroke="${palette.accent}" stroke-width="${weight}"`,
    cell: `stroke="${palette.accent}" stroke-width="${weight}"`,
    hover: `stroke="${palette.ink}" stroke-width="${weight}"`,
  };
  return list
    .map(({ kind, x, y, width, height }) => {
      const place = `x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"`;
      const halo = kind === 'cross' || thin ? '' : `<rect ${place} stroke="${palette.panel}" stroke-width="4"/>`;
      return `${halo}<rect ${place} ${paint[kind]}/>`;
    })
    .join('');
}

function legend(ramp: Ramp, unit: string, palette: Palette): string {
  const stops = gradientStops(ramp).map((colour, i) => `<stop offset="${px(i / 16)}" stop-color="${colour}"/>`);
  const ticks = legendTicks(ramp).map(({ at, text }) => {
    const anchor = at === 0 ? 'start' : at === 1 ? 'end' : 'middle';
    return `<text x="${px(128 * at)}" y="19" text-anchor="${anchor}" font-size="10">${text}</text>`;
  });
  return (
    `<defs><linearGradient id="ramp">${stops.join('')}</linearGradient></defs>` +
    `<rect width="128" height="8" fill="url(#ramp)" stroke="${palette.line}"/>${ticks.join('')}` +
    `<text x="140" y="8">${escapeXml(unit)}${ramp.log ? ', log' : ''}</text>`
  );
}

export function mapSvg(
  picture: MapPicture,
  options: { readonly width: number; readonly theme: Palette['theme'] },
): string {
  const { name, matrix, tokens, hiddenSources } = picture;
  const palette = PALETTES[options.theme];
  const rows = tokenLabels(tokens);
  const cols = rows.filter((label) => !hiddenSources.has(label.index));
  const frame = gridFrame({
    rows,
    cols,
    width: options.width,
    maxHeight: Number.POSITIVE_INFINITY,
    square: true,
    maxCell: 64,
    dpr: 2,
    rowTitle: 'output',
  });
  const ramp = rampOf(matrix, rangeOf(matrix, hiddenSources), picture.scale, palette);
  const marked: Marked = { rows, cols, causal: matrix.causal, ...picture.selection };
  const field = matrixField(matrix, rows, cols);
  const numbers = cellTexts(field, ramp, frame).map(
    ({ x, y, text, colour }) =>
      `<text x="${px(x)}" y="${px(y)}" dy="0.34em" text-anchor="middle" fill="${colour}">${text}</text>`,
  );
  const foot = CAPTION + frame.height + 8;
  const width = Math.max(options.width, frame.width);
  const height = foot + FOOT;
  const note = hiddenNote(matrix, rows, hiddenSources, marked.pinned) ?? '';
  const background = matrix.causal
    ? `<rect width="${px(frame.plotWidth)}" height="${px(frame.plotHeight)}" fill="url(#impossible)"/>`
    : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-label="${escapeXml(name)}" font-family="system-ui,sans-serif" font-size="11" fill="${palette.ink}" style="font-variant-numeric:tabular-nums">`,
    `<defs><pattern id="impossible" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V6" stroke="${palette.mask}" stroke-width="2"/></pattern></defs>`,
    `<rect width="100%" height="100%" fill="${palette.panel}"/>`,
    `<text y="14" font-size="13" font-weight="600">${escapeXml(name)}</text>`,
    `<g transform="translate(0 ${CAPTION})">${axes(frame, marked, palette)}`,
    `<g transform="translate(${px(frame.left)} ${frame.top})" fill="none">${background}${cells(field, ramp, frame)}`,
    `<rect width="${px(frame.plotWidth)}" height="${px(frame.plotHeight)}" stroke="${palette.line}"/>`,
    numbers.join(''),
    `${selection(marks(frame, marked), fine(frame), palette)}</g></g>`,
    `<g transform="translate(1 ${px(foot)})">${legend(ramp, matrix.unit, palette)}<text y="38" fill="${palette.ink2}">${escapeXml(note)}</text></g>`,
    '</svg>',
  ].join('\n');
}
