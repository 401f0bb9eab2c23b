// A picture's file → its bytes of colour, by the browser. Colour profiles are not applied, as the models' own preprocessing does not; the rotation that
// a camera noted is. What is transparent lies on white.

import { damagedImage, type ImageHeader, type RgbImage } from '../models/image/header';

export async function decodePicture(bytes: Uint8Array, header: ImageHeader, name: string): Promise<RgbImage> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none' }).catch((cause) => {
    throw damagedImage(name, header.format, cause);
  });
  try {
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw damagedImage(name, header.format);
    context.fillStyle = '#ffffff';
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const rgb = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
      rgb[to] = data[from]!;
      rgb[to + 1] = data[from + 1]!;
      rgb[to + 2] = data[from + 2]!;
    }
    return { width, height, rgb };
  } finally {
    bitmap.close();
  }
}
