// Keeps the parts of one file of a hub model in the browser's store while they come. When the store refuses one, what is kept of the file is thrown
// away, and the download goes on without it.

import type { PartKeeper } from './download';
import { deleteFile, keepPart, type NotKept, storedFile } from './hubStore';

export interface StoreKeeper extends PartKeeper {
  /** Why parts are not kept any more. */
  readonly problem: NotKept | null;
  /** Parts that are kept of the complete file; 0: none. */
  finish(): number;
}

export function createKeeper(url: string, partBytes: number): StoreKeeper {
  let parts = 0;
  let problem: NotKept | null = null;
  return {
    partBytes,
    get holds() {
      return parts > 0;
    },
    get problem() {
      return problem;
    },
    finish: () => parts,
    async begun() {
      const stored = await storedFile(url);
      if (stored?.kind !== 'begun') return null;
      const found = await stored.read();
      if (found === null) {
        await deleteFile(url);
        return null;
      }
      parts = stored.begun.parts;
      return { ...stored.begun, parts: found };
    },
    async keep(bytes, known) {
      // A file that came in one piece is kept as one.
      if (problem !== null || (parts === 0 && known.loaded === known.total && bytes.byteLength < partBytes)) return;
      problem = await keepPart(url, bytes, { ...known, parts: parts + 1 });
      if (problem === null) parts++;
      else await this.drop();
    },
    async drop() {
      parts = 0;
      await deleteFile(url);
    },
  };
}
