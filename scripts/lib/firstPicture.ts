// What the page shows before a model is there: the stored result of the default model's first example. Its file is named in index.html when the page
// is built, so that the browser fetches it beside the scripts and not after them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const placeholder = '%firstExample%';

/** `examples`: the text of the model's examples.json. Throws a sentence when there is no first example with a plain name. */
export function nameFirstExample(html: string, examples: string): string {
  if (!html.includes(placeholder)) throw new Error(`index.html does not contain ${placeholder}.`);
  const id: unknown = JSON.parse(examples)?.[0]?.id;
  if (typeof id !== 'string' || !/^[\w-]+$/.test(id))
    throw new Error('The first example has no id of letters, digits and hyphens.');
  return html.replaceAll(placeholder, id);
}

/** As a plugin of Vite. `model`: the folder of the default model under public/models. */
export function preloadFirstPicture(root: string, model: string) {
  const examples = join(root, 'public/models', model, 'examples.json');
  return {
    name: 'preload-first-picture',
    transformIndexHtml: {
      order: 'pre' as const,
      handler(html: string, { path }: { path: string }) {
        return path === '/index.html' ? nameFirstExample(html, readFileSync(examples, 'utf8')) : html;
      },
    },
  };
}
