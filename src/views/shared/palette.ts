// The colours of a page that a picture needs as numbers: canvas and exported files cannot use CSS custom properties. Pure.

import { lab } from 'd3';

export interface Palette {
  readonly theme: 'light' | 'dark';
  readonly panel: string;
  readonly ink: string;
  readonly ink2: string;
  readonly line: string;
  readonly accent: string;
  readonly mask: string;
}

export const LIGHT: Palette = {
  theme: 'light',
  panel: '#ffffff',
  ink: '#16191d',
  ink2: '#59616b',
  line: '#d5dae0',
  accent: '#b8125f',
  mask: '#e3e6ea',
};

export const DARK: Palette = {
  theme: 'dark',
  panel: '#15181c',
  ink: '#e9ecef',
  ink2: '#9aa3ad',
  line: '#343a42',
  accent: '#ff78ad',
  mask: '#2a2f36',
};

export const PALETTES: Readonly<Record<Palette['theme'], Palette>> = { light: LIGHT, dark: DARK };

/** A surface is dark when its CIE lightness is below 50. */
export function themeOf(surface: string): Palette['theme'] {
  return lab(surface).l < 50 ? 'dark' : 'light';
}
