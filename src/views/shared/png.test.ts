import { unzlibSync } from 'fflate';
import { expect, test } from 'vitest';
import { encodePng, pngUri } from './png';

const bytes = Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 0, 10, 11, 12, 255]);
const pixels = { width: 2, height: 2, rgba: new Uint32Array(bytes.buffer) };

test('encodePng writes the signature, the size and the very pixels', () => {
  const file = encodePng(pixels);
  expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(file.buffer);
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([2, 2]);
  const length = view.getUint32(33);
  const lines = unzlibSync(file.subarray(41, 41 + length));
  expect([...lines]).toEqual([0, ...bytes.subarray(0, 8), 0, ...bytes.subarray(8)]);
});

test('the check sum of the end chunk is the one that the standard gives', () => {
  const file = encodePng(pixels);
  expect([...file.subarray(-4)]).toEqual([0xae, 0x42, 0x60, 0x82]);
});

test('pngUri can stand in an image element', () => {
  expect(pngUri(pixels)).toMatch(/^data:image\/png;base64,iVBORw0KGgo/);
});
