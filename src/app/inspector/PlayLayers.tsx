// Goes through the layers like a recording: play and pause, one step at a time. A reader who wants little motion gets the steps alone.

import { useEffect, useRef, useState } from 'react';

/** Milliseconds that a layer stays on the screen. */
const pace = 700;

interface PlayLayersProps {
  /** Rows of the picture: one more than blocks. */
  readonly layers: number;
  readonly layer: number;
  /** Blocks are added from the end: playing goes from the last row to the first. */
  readonly backwards: boolean;
  readonly onLayer: (layer: number) => void;
}

export function PlayLayers({ layers, layer, backwards, onLayer }: PlayLayersProps) {
  const [playing, setPlaying] = useState(false);
  const last = layers - 1;
  const [start, end] = backwards ? [last, 0] : [0, last];
  const step = backwards ? -1 : 1;
  const latest = useRef({ layer, onLayer });
  latest.current = { layer, onLayer };
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      const next = latest.current.layer + step;
      if (next < 0 || next > last) return setPlaying(false);
      latest.current.onLayer(next);
    }, pace);
    return () => clearInterval(timer);
  }, [playing, step, last]);

  const play = () => {
    if (layer === end) onLayer(start);
    setPlaying(!playing);
  };
  const move = (by: number) => {
    setPlaying(false);
    onLayer(Math.max(0, Math.min(last, layer + by)));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would add a border and a legend to three buttons
    <div role="group" aria-label="Go through the layers" className="play-layers">
      <button type="button" className="button small" disabled={layer === start} onClick={() => move(-step)}>
        ‹ Fewer blocks
      </button>
      {!still && (
        <button type="button" className="button small" aria-pressed={playing} onClick={play}>
          {playing ? 'Pause' : 'Play'}
        </button>
      )}
      <button type="button" className="button small" disabled={layer === end} onClick={() => move(step)}>
        More blocks ›
      </button>
    </div>
  );
}
