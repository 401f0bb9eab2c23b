// `npm run examples`: records the worked examples' results to public/examples/, with which the page paints before any model is loaded. Computed on
// the float64 reference, so that the files do not depend on a graphics driver.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createNodeEngine } from '../src/cli/nodeEngine';
import { writeSession } from '../src/engine/stored';
import { embeddedModels } from '../src/share/embedded';
import { readExamples } from '../src/state/examples';
import { recordExample } from '../src/state/record';

export async function main(): Promise<number> {
  const engine = await createNodeEngine();
  try {
    mkdirSync('public/examples', { recursive: true });
    for (const { name } of embeddedModels) {
      const model = await engine.open({ model: { kind: 'embedded', name }, device: 'reference' });
      for (const example of readExamples(JSON.parse(readFileSync(`public/models/${name}/examples.json`, 'utf8')))) {
        const { image } = example;
        const picture =
          image === undefined
            ? {}
            : { picture: { name: image, bytes: new Uint8Array(readFileSync(`public/models/${name}/${image}`)) } };
        const json = writeSession(await recordExample(engine, model, example, { name, ...picture }));
        writeFileSync(`public/examples/${example.id}.json`, json);
        console.log(`${example.id}.json ${(json.length / 1024).toFixed(0)} kB`);
      }
    }
  } finally {
    engine.dispose();
  }
  return 0;
}
