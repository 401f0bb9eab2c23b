// Pictures that are dropped anywhere on the page or pasted into it, while a model of images is open. Other files are left to whoever wants them.

import { useCallback, useEffect, useState } from 'react';
import { maxPictureBytes } from '../../state/picture';
import { useController } from '../context';
import { formatBytes } from '../shared/format';

const isPicture = ({ type }: { readonly type: string }) => type.startsWith('image/');

export function usePictureInput() {
  const controller = useController();
  const [dragging, setDragging] = useState(false);

  const take = useCallback(
    async (file: File): Promise<void> => {
      if (file.size > maxPictureBytes) {
        const sizes = `${formatBytes(file.size)}, more than the ${formatBytes(maxPictureBytes)} that are read`;
        return controller.note(`“${file.name}” has ${sizes}: choose a smaller picture.`);
      }
      try {
        const bytes = new Uint8Array(await file.arrayBuffer());
        await controller.openPicture({ name: file.name, bytes });
      } catch {
        controller.note(`“${file.name}” cannot be read: choose it again, or another picture.`);
      }
    },
    [controller],
  );

  useEffect(() => {
    const pictureOf = (transfer: DataTransfer | null): File | null => {
      const files = [...(transfer?.files ?? [])];
      return files.length === 1 && isPicture(files[0]!) ? files[0]! : null;
    };
    const carries = (transfer: DataTransfer | null) =>
      [...(transfer?.items ?? [])].some((item) => item.kind === 'file' && isPicture(item));
    const onDragOver = (event: DragEvent) => {
      if (!carries(event.dataTransfer)) return;
      event.preventDefault();
      setDragging(true);
    };
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const onDrop = (event: DragEvent) => {
      setDragging(false);
      const file = pictureOf(event.dataTransfer);
      if (event.defaultPrevented || file === null) return;
      event.preventDefault();
      void take(file);
    };
    const onPaste = (event: ClipboardEvent) => {
      const file = pictureOf(event.clipboardData);
      if (file === null) return;
      event.preventDefault();
      void take(file);
    };
    addEventListener('dragover', onDragOver);
    addEventListener('dragleave', onDragLeave);
    addEventListener('drop', onDrop);
    addEventListener('paste', onPaste);
    return () => {
      removeEventListener('dragover', onDragOver);
      removeEventListener('dragleave', onDragLeave);
      removeEventListener('drop', onDrop);
      removeEventListener('paste', onPaste);
    };
  }, [take]);

  return { take, dragging };
}
