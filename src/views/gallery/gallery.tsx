// Every view with seeded data, to look at while working: npx vite src/views/gallery. `?theme=dark`, `?only=map|row|slice|pair|layers|svg`.

import { type ReactNode, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Matrix } from '../../tensor/matrix';
import { difference } from '../difference/difference';
import { mapSvg } from '../heatmap/svg';
import { MapView } from '../heatmap/View';
import { LayersView } from '../layers/View';
import { PairView } from '../pair/View';
import type { RowOrder } from '../row/layout';
import { RowView } from '../row/View';
import type { Contraction } from '../slice/Contractions';
import { SliceView } from '../slice/View';
import type { Cell, ColourScale, Selection } from '../view';
import { layersOf, mapOf, pairOf, rowOf, sliceOf, tokensOf } from './data';

const query = new URLSearchParams(location.search);
const theme = query.get('theme') === 'dark' ? 'dark' : 'light';
document.documentElement.dataset.theme = theme;

const NONE: ReadonlySet<number> = new Set();
const FIRST: ReadonlySet<number> = new Set([0]);
const OWN: ColourScale = { domain: null, log: false };
const LOG: ColourScale = { domain: null, log: true };

const signed = { signed: true, causal: true };
const share = { signed: false, causal: true };
const MAPS: readonly { title: string; matrix: Matrix; hidden?: ReadonlySet<number>; scale?: ColourScale }[] = [
  { title: 'Tensor, in+out', matrix: mapOf(16, signed, 1) },
  { title: 'Attention rollout', matrix: mapOf(16, share, 2) },
  { title: 'Sink shown', matrix: mapOf(16, { ...signed, sink: true }, 3) },
  { title: 'Sink hidden', matrix: mapOf(16, { ...signed, sink: true }, 3), hidden: FIRST },
  { title: 'Encoder, log ramp', matrix: mapOf(16, { signed: false, causal: false }, 4), scale: LOG },
  { title: 'Difference', matrix: difference(mapOf(16, signed, 1), mapOf(16, share, 2), 'rows') },
  { title: 'Three tokens', matrix: mapOf(3, signed, 5) },
  { title: 'Forty tokens', matrix: mapOf(40, signed, 6) },
  { title: 'A hundred tokens', matrix: mapOf(100, share, 7) },
  { title: '128 tokens, encoder', matrix: mapOf(128, { signed: true, causal: false }, 8) },
  { title: 'Constant', matrix: { ...mapOf(16, signed, 1), data: new Float32Array(256).fill(2) } },
  { title: 'Zero', matrix: { ...mapOf(16, share, 1), data: new Float32Array(256) } },
];

function Part({ id, title, children }: { readonly id: string; readonly title: string; readonly children: ReactNode }) {
  if (query.has('only') && query.get('only') !== id) return null;
  return (
    <section id={id}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Gallery() {
  const [pinned, setPinned] = useState<readonly number[]>([15]);
  const [source, setSource] = useState<number | null>(2);
  const [hovered, setHovered] = useState<Cell | null>(null);
  const [order, setOrder] = useState<RowOrder>('ranked');
  const [contraction, setContraction] = useState<Contraction>('contributions');
  const [layer, setLayer] = useState(3);
  const selection: Selection = { pinned, source, hovered };
  const pick = (next: number | null): void => setSource(next);
  const release = (): void => {
    setPinned([]);
    setSource(null);
  };
  const pin = (cell: Cell, add: boolean): void => {
    setPinned(add ? [...new Set([...pinned, cell.row])] : [cell.row]);
    setSource(cell.col);
  };
  return (
    <>
      <Part id="map" title="Maps">
        <div className="across">
          {MAPS.map(({ title, matrix, hidden = NONE, scale = OWN }) => (
            <div key={title}>
              <h3>{title}</h3>
              <MapView
                name={title}
                matrix={matrix}
                tokens={tokensOf(matrix.rows.length)}
                hiddenSources={hidden}
                scale={scale}
                selection={selection}
                onHover={setHovered}
                onPin={pin}
                onRelease={release}
              />
            </div>
          ))}
        </div>
      </Part>
      <Part id="row" title="Row">
        <div className="across">
          {[NONE, FIRST].map((hidden) => (
            <div key={hidden.size} className="narrow">
              <RowView
                result={rowOf(20, 3)}
                tokens={tokensOf(20)}
                hiddenSources={hidden}
                selection={selection}
                order={order}
                onOrder={setOrder}
                onHover={(j) => setHovered(j === null ? null : { row: 15, col: j })}
                onPick={pick}
              />
            </div>
          ))}
        </div>
      </Part>
      <Part id="slice" title="3-D slice">
        <div className="across">
          {[96, 256].map((width) => (
            <div key={width}>
              <SliceView
                result={SLICES[width]!}
                tokens={tokensOf(18)}
                causal
                hiddenSources={width === 96 ? FIRST : NONE}
                selection={selection}
                contraction={contraction}
                onContraction={setContraction}
                onHover={setHovered}
                onPick={pick}
              />
            </div>
          ))}
        </div>
      </Part>
      <Part id="pair" title="Pair">
        <div className="narrow">
          <PairView result={PAIR} tokens={tokensOf(16)} />
        </div>
      </Part>
      <Part id="layers" title="Layers">
        <div className="across">
          {[LAYERS, DEEP].map((result) => (
            <LayersView
              key={result.total.length}
              result={result}
              tokens={tokensOf(16)}
              hiddenSources={NONE}
              scale={OWN}
              selection={selection}
              kind="from"
              blocks={result.total.length - 1}
              layer={layer}
              onLayer={setLayer}
              token={15}
              onHover={setHovered}
              onPick={pick}
            />
          ))}
        </div>
      </Part>
      <Part id="svg" title="SVG files">
        <div className="across">
          {MAPS.slice(0, 9).map(({ title, matrix, hidden = NONE, scale = OWN }) => (
            <img
              key={title}
              alt={title}
              src={`data:image/svg+xml,${encodeURIComponent(
                mapSvg(
                  {
                    name: title,
                    matrix,
                    tokens: tokensOf(matrix.rows.length),
                    hiddenSources: hidden,
                    scale,
                    selection,
                  },
                  { width: 320, theme },
                ),
              )}`}
            />
          ))}
        </div>
      </Part>
    </>
  );
}

const SLICES: Readonly<Record<number, ReturnType<typeof sliceOf>>> = {
  96: sliceOf(18, 96, 15, 11),
  256: sliceOf(18, 256, 4, 12),
};
const PAIR = pairOf(96, 13);
const LAYERS = layersOf(16, 5, 14);
const DEEP = layersOf(16, 31, 15);

createRoot(document.getElementById('gallery')!).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
);
