// Files as the browser hands them over, from a chooser or from a drop, with their paths. Nothing is read here.

import type { ChosenFile } from '../engine/protocol';

/** A folder with more is no model's folder. */
const mostFiles = 1000;
const deepest = 4;

export function fromInput(files: Iterable<File> | ArrayLike<File>): ChosenFile[] {
  return Array.from(files)
    .map((file) => ({ path: file.webkitRelativePath || file.name, blob: file }))
    .filter(({ path }) => !isHidden(path))
    .slice(0, mostFiles);
}

/** A drag that may bring a model: pictures are for others. */
export function mayBeModel(transfer: DataTransfer | null): boolean {
  const items = [...(transfer?.items ?? [])].filter(({ kind }) => kind === 'file');
  return items.length > 0 && !items.every(({ type }) => type.startsWith('image/'));
}

/** Of a drop, folders included. The entries must be taken during the event, so this begins at once. */
export async function fromDrop(items: DataTransferItemList): Promise<ChosenFile[]> {
  const dropped = [...items].filter(({ kind }) => kind === 'file');
  const entries = dropped.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const found: ChosenFile[] = [];
  for (const { entry, file } of entries) {
    if (entry) await collect(entry, found, deepest);
    else if (file) found.push({ path: file.name, blob: file });
  }
  return found;
}

async function collect(entry: FileSystemEntry, found: ChosenFile[], depth: number): Promise<void> {
  if (found.length >= mostFiles || isHidden(entry.name)) return;
  if (entry.isFile) {
    const blob = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path: entry.fullPath.replace(/^\//, ''), blob });
    return;
  }
  if (depth === 0) return;
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // The browser hands over a hundred at a time, and none at the end.
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return;
    for (const one of part) await collect(one, found, depth - 1);
  }
}

/** ".git" and what lies in it. */
const isHidden = (path: string) => path.split('/').some((part) => part.startsWith('.'));
