// The picture with its overlay as a standalone SVG file: what the page shows, with caption and legend. Pure.

import type { SeenPicture } from '../../engine/protocol';
import { ramp as rampOf } from '../shared/colourScale';
import { legendTicks } from '../shared/legend';
import { PALETTES, type Palette } from '../shared/palette';
import { pngUri } from '../shared/png';
import { overlayPixels, picturePixels } from './draw';
import { type PatchGrid, placeOf, tintStops } from './layout';
import { type Overlay, overlayRange } from './overlay';

export interface PictureFigure {
  readonly name: string;
  readonly picture: SeenPicture;
  readonly grid: PatchGrid;
  readonly overlay: Overlay;
  readonly opacity: number;
  readonly log: boolean;
  /** Outlined patches. */
  readonly marked: readonly number[];
  /** The model's own tokens with their numbers, in words. */
  readonly note: string;
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
const px = (value: number): string => String(Math.round(value * 100) / 100);
const head = 24;
const foot = 52;

/** Picture alone at the left, with its overlay at the right. */
export function pictureSvg(
  figure: PictureFigure,
  options: { readonly width: number; readonly theme: Palette['theme'] },
) {
  const { name, picture, grid, overlay, opacity } = figure;
  const palette = PALETTES[options.theme];
  const gap = 16;
  const side = (options.width - gap) / 2;
  const scale = { domain: null, log: figure.log && !overlay.signed };
  const ramp = rampOf(overlay, overlayRange(overlay, grid), scale, palette);
  const image = (href: string, smooth: boolean) =>
    `<image width="${px(side)}" height="${px(side)}" preserveAspectRatio="none"${smooth ? '' : ' style="image-rendering:pixelated"'} href="${href}"/>`;
  const own = image(pngUri(picturePixels(picture)), picture.side >= 128);
  const tinted = image(pngUri(overlayPixels(overlay.values, grid, ramp, opacity)), false);
  const cell = side / grid.across;
  const outlines = figure.marked.flatMap((token) => {
    const at = placeOf(grid, token);
    if (at === null) return [];
    const box = `x="${px(at.col * cell)}" y="${px(at.row * cell)}" width="${px(cell)}" height="${px(cell)}" fill="none"`;
    return [
      `<rect ${box} stroke="${palette.panel}" stroke-width="4"/><rect ${box} stroke="${palette.accent}" stroke-width="2"/>`,
    ];
  });
  const stops = tintStops(ramp, opacity).map(
    ({ r, g, b, alpha }, at) =>
      `<stop offset="${px(at / 16)}" stop-color="rgb(${r},${g},${b})" stop-opacity="${px(alpha)}"/>`,
  );
  const ticks = legendTicks(ramp).map(({ at, text }) => {
    const anchor = at === 0 ? 'start' : at === 1 ? 'end' : 'middle';
    return `<text x="${px(128 * at)}" y="19" text-anchor="${anchor}" font-size="10">${text}</text>`;
  });
  const height = head + side + foot;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(options.width)}" height="${px(height)}" viewBox="0 0 ${px(options.width)} ${px(height)}" role="img" aria-label="${escapeXml(name)}" font-family="system-ui,sans-serif" font-size="11" fill="${palette.ink}" style="font-variant-numeric:tabular-nums">`,
    `<rect width="100%" height="100%" fill="${palette.panel}"/>`,
    `<text y="14" font-size="13" font-weight="600">${escapeXml(name)}</text>`,
    `<g transform="translate(0 ${head})">${own}</g>`,
    `<g transform="translate(${px(side + gap)} ${head})">${own}${tinted}${outlines.join('')}</g>`,
    `<g transform="translate(1 ${px(head + side + 10)})"><defs><linearGradient id="ramp">${stops.join('')}</linearGradient></defs>`,
    `<rect width="128" height="8" fill="url(#ramp)" stroke="${palette.line}"/>${ticks.join('')}`,
    `<text x="140" y="8">${escapeXml(overlay.unit)}${ramp.log ? ', log' : ''}</text>`,
    `<text y="38" fill="${palette.ink2}">${escapeXml(figure.note)}</text></g>`,
    '</svg>',
  ].join('\n');
}
