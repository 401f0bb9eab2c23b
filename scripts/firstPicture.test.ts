import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { nameFirstExample } from './lib/firstPicture';

const html = readFileSync('index.html', 'utf8');
const examples = (id: unknown) => JSON.stringify([{ id }, { id: 'second' }]);

/** The files that the page preloads at this address: its own script, run on a document of a few lines. */
function preloaded(hash: string): string[] {
  const script = /<script>([\s\S]*?)<\/script>/.exec(nameFirstExample(html, examples('first')))?.[1] ?? '';
  const links: { rel?: string; href?: string }[] = [];
  const document = { createElement: () => ({}), head: { append: (link: object) => links.push(link) } };
  new Function('location', 'document', script)({ hash }, document);
  return links.map(({ rel, href }) => `${rel} ${href}`);
}

describe('the page preloads what its first picture needs, and nothing else', () => {
  const own = 'preload ./models/tiny-world/examples.json';
  test('the first example with its stored result', () => {
    for (const hash of ['', '#v=1&map=in', '#v=1&device=reference']) {
      expect(preloaded(hash)).toEqual([own, 'preload ./examples/first.json']);
    }
  });
  test('no stored result for a prompt or a picture of the link', () => {
    expect(preloaded('#v=1&prompt=people')).toEqual([own]);
    expect(preloaded('#image=a.png')).toEqual([own]);
  });
  test('nothing for another model, or for a packed link, which may name one', () => {
    for (const hash of ['#v=1&model=acme%2Ftiny', '#model=tiny-shapes', '#v=1&prompt=a&model=file%3Ax', '#z=abc']) {
      expect(preloaded(hash)).toEqual([]);
    }
  });
});

test('an example without a plain name, or a page without the place for it, is refused', () => {
  expect(() => nameFirstExample(html, '[]')).toThrow('no id');
  expect(() => nameFirstExample(html, examples('../x'))).toThrow('no id');
  expect(() => nameFirstExample('<html>', examples('first'))).toThrow('%firstExample%');
});
