// A Blob as a file that is read in parts: one that the reader has chosen, or one that lies in the browser's store. Its bytes stay where they are.

import { UserError } from '../tensor/errors';
import type { PartedFile } from './files';

/** `trouble`: what may be the matter when it cannot be read, and the remedy; the end of a sentence. */
export function blobFile(name: string, blob: Blob, trouble: string): PartedFile {
  return {
    name,
    size: blob.size,
    async read(from, to) {
      const part = await blob
        .slice(from, to)
        .arrayBuffer()
        .catch((cause: unknown) => {
          throw new UserError('network', `${name} cannot be read: ${trouble}`, { cause });
        });
      if (part.byteLength === to - from) return new Uint8Array(part);
      throw new UserError('network', `${name} ended early while it was read: ${trouble}`);
    },
  };
}
