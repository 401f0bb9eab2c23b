// The width of an element, measured by the browser, and what else decides how large a picture may become.

import { type RefCallback, useCallback, useState } from 'react';

export interface Size {
  /** CSS pixels; 0 until measured. */
  readonly width: number;
  /** Height of the window. */
  readonly window: number;
  /** Device pixels a CSS pixel. */
  readonly dpr: number;
}

export function useSize<E extends HTMLElement>(): [ref: RefCallback<E>, size: Size] {
  const [size, setSize] = useState<Size>({ width: 0, window: 0, dpr: 1 });
  const ref = useCallback((element: E | null) => {
    if (element === null) return;
    const measure = (): void => {
      const next = { width: Math.floor(element.clientWidth), window: innerHeight, dpr: devicePixelRatio || 1 };
      setSize((old) => (old.width === next.width && old.window === next.window && old.dpr === next.dpr ? old : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    addEventListener('resize', measure);
    return () => {
      observer.disconnect();
      removeEventListener('resize', measure);
    };
  }, []);
  return [ref, size];
}
