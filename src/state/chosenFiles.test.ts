import { expect, test } from 'vitest';
import { nameOfFiles } from './chosenFiles';

test.each([
  [['a/b/model.Q4_K.gguf', 'a/b/README.md'], 'model.Q4_K.gguf'],
  [['llama/config.json', 'llama/model.safetensors'], 'llama'],
  [['x/llama/config.json', 'x/llama/onnx/config.json'], 'llama'],
  [['llama/config.json', 'llama/model.safetensors', 'llama/model.gguf'], 'llama'],
  [['config.json', 'model.safetensors'], 'chosen files'],
  [['notes.txt'], 'notes.txt'],
])('%j are called %s', (paths, name) => expect(nameOfFiles(paths.map((path) => ({ path })))).toBe(name));
