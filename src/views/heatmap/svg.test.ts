import { describe, expect, test } from 'vitest';
import { randomArray, seededRandom } from '../../tensor/random';
import { mapSvg } from './svg';

const picture = (size: number) => ({
  name: 'Tensor, in+out <test>',
  matrix: {
    data: randomArray(size * size, seededRandom(7)),
    rows: { name: 'output', length: size },
    cols: { name: 'source', length: size },
    unit: 'logit & more',
    signed: true,
    causal: true,
  } as const,
  tokens: Array.from({ length: size }, (_, id) => ({
    id,
    piece: id === 0 ? '<s>' : `w${id}`,
    special: id === 0,
    unknown: false,
  })),
  hiddenSources: new Set([0]),
  scale: { domain: null, log: false },
  selection: { pinned: [size - 1], source: 2, hovered: null },
});
const light = { width: 400, theme: 'light' } as const;

describe('mapSvg', () => {
  test('small maps are rectangles, one for every possible visible cell', () => {
    const svg = mapSvg(picture(12), light);
    expect(svg.match(/<rect [^>]*fill="#/g)).toHaveLength((12 * 13) / 2 - 12 + 1); // cells without column 0, and the background
    expect(svg).not.toContain('<image');
  });

  test('large maps embed one image', () => {
    expect(mapSvg(picture(100), light)).toContain('href="data:image/png;base64,');
  });

  test('text is escaped and nothing is loaded from elsewhere', () => {
    const svg = mapSvg(picture(5), light);
    expect(svg).toContain('in+out &lt;test&gt;');
    expect(svg).toContain('logit &amp; more');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/);
  });

  test('the picture says what is hidden and shows the pinned row', () => {
    const svg = mapSvg(picture(5), { width: 400, theme: 'dark' });
    expect(svg).toMatch(/Hidden: &lt;s&gt; \(0\), \d+ % of the pinned row\./);
    expect(svg).toContain('stroke="#ff78ad" stroke-width="2"');
  });
});
