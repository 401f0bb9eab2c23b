// A reader's own list of prompts: one a line. Pure.

import { UserError } from '../tensor/errors';

export const mostPrompts = 500;
/** Of a file. */
export const mostListBytes = 1_000_000;
const longestPrompt = 20_000;

/** Lines without the empty ones. UserError when there is none, or more or longer ones than are taken. */
export function promptsOf(text: string): string[] {
  const prompts = text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (prompts.length === 0) throw new UserError('bad-prompt', 'The list is empty: write one prompt a line.');
  if (prompts.length > mostPrompts) {
    throw new UserError(
      'bad-prompt',
      `The list has ${prompts.length} prompts, at most ${mostPrompts} are taken: shorten it.`,
    );
  }
  const long = prompts.findIndex((prompt) => prompt.length > longestPrompt);
  if (long >= 0) {
    throw new UserError(
      'bad-prompt',
      `Prompt ${long + 1} has ${prompts[long]!.length} characters, at most ${longestPrompt} are taken: shorten it.`,
    );
  }
  return prompts;
}

/** The text of a file of prompts. UserError for a file that is too large or no text. */
export function listFile(name: string, bytes: Uint8Array): string {
  if (bytes.length > mostListBytes) {
    throw new UserError(
      'bad-prompt',
      `${name} has ${bytes.length} bytes, at most ${mostListBytes} are read: split it.`,
    );
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // said below
  }
  throw new UserError('bad-prompt', `${name} is no text in UTF-8: give a .txt file with one prompt a line.`);
}
