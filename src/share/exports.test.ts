import { describe, expect, test } from 'vitest';
import { toCsv } from './csv';
import { composeFigure, escapeXml, ownIds, pictureOf } from './figure';
import { toHtml } from './html';
import { defaultSettings } from './settings';
import { analyzeSnippet } from './snippet';

const table = {
  name: 'Tensor',
  header: ['output', 'a, (0)', '=b (1)'],
  rows: [
    ['=sum(1)', 0.5, ''],
    ['b', -1e-7, 2],
  ],
};

describe('csv', () => {
  test('has one line a number, leaves impossible cells out and quotes what needs it', () => {
    expect(toCsv([table])).toBe(
      [
        'table,row,column,value',
        `Tensor,'=sum(1),"a, (0)",0.5`,
        'Tensor,b,"a, (0)",-1e-7',
        "Tensor,b,'=b (1),2",
        '',
      ].join('\r\n'),
    );
  });
});

describe('figure', () => {
  const svg = '<svg xmlns="x" width="100" height="50.5"><linearGradient id="ramp"/><rect fill="url(#ramp)"/></svg>';

  test('reads sizes and gives every picture ids of its own', () => {
    expect(pictureOf(svg)).toMatchObject({ width: 100, height: 50.5 });
    expect(ownIds(svg, 3)).toContain('id="ramp-3"/><rect fill="url(#ramp-3)"');
  });

  test('sets pictures side by side without overlap, and escapes its words', () => {
    const figure = composeFigure([pictureOf(svg), pictureOf(svg), pictureOf(svg)], {
      title: '<&>',
      lines: ['one'],
      columns: 2,
      ink: '#000',
      panel: '#fff',
    });
    expect(
      [...figure.svg.matchAll(/<svg x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]),
    ).toEqual([
      [32, 58],
      [164, 58],
      [32, 140.5],
    ]);
    expect(figure.svg).toContain('&lt;&amp;&gt;');
  });

  test('control characters never reach the file', () => {
    expect(escapeXml('a\u0000b\u001f"')).toBe('ab&quot;');
  });
});

test('the HTML report has no script, and nothing of a prompt becomes markup', () => {
  const html = toHtml({
    title: '<script>alert(1)</script>',
    lines: ['<img src=x onerror=alert(1)>'],
    link: 'https://example.org/#"onclick="x',
    snippet: '</pre><script>',
    svg: '<svg/>',
    tables: [{ ...table, name: '<b>' }],
    provenance: { prompt: '</pre><script>' },
  });
  expect(html).not.toMatch(/<script|<img|<b>|"onclick/);
});

describe('headless snippet', () => {
  test('names what is on the screen', () => {
    const settings = {
      ...defaultSettings,
      prompt: 'the river',
      pinned: [2],
      range: [1, 3] as const,
      rivals: [7, 8],
      direction: 'contrast' as const,
    };
    expect(analyzeSnippet(settings, 4, null)).toBe(
      "npm run -s analyze -- --model tiny-world --prompt 'the river' --maps in_out,rollout,flow,attention --target 2 --class auto --direction contrast:7,8 --layers 1:3 --gate-rule half --out result.safetensors",
    );
  });

  test('a contrast with the runner-up names its id', () => {
    expect(analyzeSnippet({ ...defaultSettings, direction: 'contrast' }, 4, 9)).toContain('--direction contrast:9');
  });

  test('float16 weights are asked for, float32 ones are the default', () => {
    expect(analyzeSnippet({ ...defaultSettings, weights: 'f16' }, 4, null)).toContain(' --weights f16 ');
    expect(analyzeSnippet({ ...defaultSettings, memory: 300 }, 4, null)).toContain(' --memory 300MB ');
    expect(analyzeSnippet(defaultSettings, 4, null)).not.toContain('--weights');
    const continued = { ...defaultSettings, prompt: 'a b', chat: true, continued: [7, 8] };
    expect(analyzeSnippet(continued, 4, null, [1, 2, 7, 8])).toContain(' --ids 1,2,7,8 --maps');
  });

  test('a prompt cannot leave its quotes', () => {
    expect(analyzeSnippet({ ...defaultSettings, prompt: "it's $(rm -rf /)" }, 4, null)).toContain(
      `--prompt 'it'\\''s $(rm -rf /)'`,
    );
  });
});
