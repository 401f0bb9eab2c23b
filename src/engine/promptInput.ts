// What a prompt gives the model to read, and what of it the page wants to know: a text's pieces, the part of a picture that the model sees.

import { readImageHeader } from '../models/image/header';
import { processImage } from '../models/image/processor';
import type { ReadText, ReadToken } from '../models/tokenizer';
import type { RunInput } from '../program/input';
import { UserError } from '../tensor/errors';
import type { Environment } from './environment';
import type { InputReaders } from './opening';
import type { PictureFile, PromptRequest, SeenPicture, Token } from './protocol';

export interface PromptInput {
  readonly input: RunInput;
  readonly read?: ReadText;
  readonly picture?: SeenPicture;
}

export async function readPrompt(
  request: PromptRequest,
  { tokenizer, imageProcessor }: InputReaders,
  decodePicture: Environment['decodePicture'],
): Promise<PromptInput> {
  if ('pixels' in request) return { input: request.pixels };
  if ('picture' in request) return readPicture(request.picture, imageProcessor, decodePicture);
  if ('ids' in request) return { input: request.ids };
  const read = tokenizer.read(request.text, request.chat);
  const { continuation = [] } = request;
  return { input: [...read.ids, ...continuation], read };
}

/** A picture as the model takes it, and the part of it that the model sees. */
async function readPicture(
  { name, bytes }: PictureFile,
  imageProcessor: InputReaders['imageProcessor'],
  decodePicture: Environment['decodePicture'],
): Promise<PromptInput> {
  if (!imageProcessor) throw new UserError('bad-prompt', 'This model reads text: give a prompt, not a picture.');
  if (imageProcessor instanceof UserError) throw imageProcessor;
  if (!decodePicture) throw new UserError('bad-request', 'Pictures cannot be decoded here: give pixels.');
  const image = await decodePicture(bytes, readImageHeader(bytes, name), name);
  const { pixels, seen } = processImage(imageProcessor, image);
  const { width, height } = image;
  return { input: pixels, picture: { side: seen.width, rgb: seen.rgb, original: [width, height] } };
}

/** A token with what of the prompt it stands for; what is usual is left out. Past the prompt it belongs to a continuation. */
export function placedToken(token: Token, read: ReadToken | undefined): Token {
  if (!read) return { ...token, generated: true };
  const { range, partial, word, inserted } = read;
  return { ...token, ...(range && { range }), ...(partial && { partial }), word, ...(inserted && { inserted }) };
}
