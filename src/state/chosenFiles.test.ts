import { expect, test } from 'vitest';
import { nameOfFiles, notAModel } from './chosenFiles';

test.each([
  [['a/b/model.Q4_K.gguf', 'a/b/README.md'], 'model.Q4_K.gguf'],
  [['llama/config.json', 'llama/model.safetensors'], 'llama'],
  [['x/llama/config.json', 'x/llama/onnx/config.json'], 'llama'],
  [['llama/config.json', 'llama/model.safetensors', 'llama/model.gguf'], 'llama'],
  [['config.json', 'model.safetensors'], 'chosen files'],
  [['notes.txt'], 'notes.txt'],
])('%j are called %s', (paths, name) => expect(nameOfFiles(paths.map((path) => ({ path })))).toBe(name));

test.each<[string[], RegExp | null]>([
  [['a/config.json'], null],
  [['a.GGUF'], null],
  [['notes.txt'], /^notes\.txt is no model\. A model is/],
  [['a/pytorch_model.bin', 'a/README.md'], /no config\.json.*safetensors and GGUF files only/],
])('%j: %s', (paths, sentence) => {
  const said = notAModel(paths.map((path) => ({ path })));
  if (sentence === null) expect(said).toBeNull();
  else expect(said).toMatch(sentence);
});
