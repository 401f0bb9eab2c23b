// Several SVG pictures as one: side by side in rows, each with ids of its own, and the target in words above. Pure.

export interface Picture {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const gap = 32;

/** Reads the size that an `<svg width height>` gives itself. */
export function pictureOf(svg: string): Picture {
  const number = (name: string) => Number(new RegExp(`<svg[^>]*\\s${name}="([\\d.]+)"`).exec(svg)?.[1] ?? 0);
  return { svg, width: number('width'), height: number('height') };
}

export interface FigureOptions {
  readonly title: string;
  readonly lines: readonly string[];
  readonly columns: number;
  readonly ink: string;
  readonly panel: string;
}

export function composeFigure(pictures: readonly Picture[], options: FigureOptions): Picture {
  const head = 24 + 18 * options.lines.length + 16;
  let y = head;
  let width = 480;
  const parts: string[] = [];
  for (let first = 0; first < pictures.length; first += options.columns) {
    const row = pictures.slice(first, first + options.columns);
    let x = gap;
    row.forEach((picture, at) => {
      parts.push(ownIds(picture.svg, first + at).replace('<svg ', `<svg x="${x}" y="${y}" `));
      x += picture.width + gap;
    });
    width = Math.max(width, x);
    y += Math.max(...row.map(({ height }) => height)) + gap;
  }
  const texts = options.lines.map((line, at) => `<text x="${gap}" y="${46 + 18 * at}">${escapeXml(line)}</text>`);
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family="system-ui,sans-serif" font-size="12" fill="${options.ink}">`,
    `<rect width="100%" height="100%" fill="${options.panel}"/>`,
    `<text x="${gap}" y="26" font-size="15" font-weight="600">${escapeXml(options.title)}</text>`,
    ...texts,
    ...parts,
    '</svg>',
  ].join('\n');
  return { svg, width, height: y };
}

/** Ids are global in a document: two pictures with a gradient "ramp" would share the first one's colours. */
export function ownIds(svg: string, index: number): string {
  return svg.replace(/ id="([\w-]+)"/g, ` id="$1-${index}"`).replace(/url\(#([\w-]+)\)/g, `url(#$1-${index})`);
}

export function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return [...text]
    .filter(isXmlCharacter)
    .join('')
    .replace(/[&<>"]/g, (char) => entities[char]!);
}

/** Control characters and lone surrogates are not allowed in XML at all. */
function isXmlCharacter(char: string): boolean {
  const code = char.codePointAt(0)!;
  return code >= 0x20 ? (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff : /[\t\n\r]/.test(char);
}
