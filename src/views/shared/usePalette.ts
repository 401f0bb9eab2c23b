// The page's colours as numbers, kept in step with the theme. One probe element for all views; pictures redraw when a colour changes.

import { useSyncExternalStore } from 'react';
import { LIGHT, type Palette, themeOf } from './palette';

// What the stylesheet defines from the app's custom properties (with fallbacks), see views.css.
const PROPERTIES = {
  panel: '--view-panel',
  ink: '--view-ink',
  ink2: '--view-ink-2',
  line: '--view-line',
  accent: '--view-accent',
  mask: '--view-mask',
} as const;

/** Any CSS colour as #rrggbb. A canvas pixel, because computed colours may come back as oklch() or light-dark() results. */
function toHex(context: CanvasRenderingContext2D, colour: string): string {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const pixel = context.getImageData(0, 0, 1, 1).data;
  return `#${[...pixel.subarray(0, 3)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function readPalette(): Palette {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (context === null) return LIGHT;
  const probe = document.createElement('span');
  probe.className = 'view';
  probe.hidden = true;
  document.body.append(probe);
  const read = (property: string): string => {
    probe.style.color = `var(${property})`;
    return toHex(context, getComputedStyle(probe).color);
  };
  const panel = read(PROPERTIES.panel);
  const palette: Palette = {
    theme: themeOf(panel),
    panel,
    ink: read(PROPERTIES.ink),
    ink2: read(PROPERTIES.ink2),
    line: read(PROPERTIES.line),
    accent: read(PROPERTIES.accent),
    mask: read(PROPERTIES.mask),
  };
  probe.remove();
  return palette;
}

let current: Palette | null = null;
const listeners = new Set<() => void>();
let stop: (() => void) | null = null;

function refresh(): void {
  const next = readPalette();
  if (current !== null && JSON.stringify(next) === JSON.stringify(current)) return;
  current = next;
  for (const listener of listeners) listener();
}

function watch(): () => void {
  const observer = new MutationObserver(refresh);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] });
  const media = matchMedia('(prefers-color-scheme: dark)');
  media.addEventListener('change', refresh);
  addEventListener('load', refresh); // stylesheets that came after the first picture
  return () => {
    observer.disconnect();
    media.removeEventListener('change', refresh);
    removeEventListener('load', refresh);
  };
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  stop ??= watch();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    stop?.();
    stop = null;
    current = null;
  };
}

const snapshot = (): Palette => {
  current ??= readPalette();
  return current;
};

export function usePalette(): Palette {
  return useSyncExternalStore(subscribe, snapshot, () => LIGHT);
}
