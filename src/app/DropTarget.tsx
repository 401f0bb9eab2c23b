// A model's files may be dropped anywhere on the page. While they are dragged over it, the page says so.

import { useEffect, useState } from 'react';
import { fromDrop, mayBeModel } from './chosenFiles';
import { useController } from './context';

export function DropTarget() {
  const controller = useController();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const on = (name: 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent) => void) =>
      addEventListener(name, act, { signal: stop.signal });
    on('dragover', (event) => {
      if (event.defaultPrevented || !mayBeModel(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = 'copy';
      setOver(true);
    });
    // Left for good only when the pointer goes to nothing: elements of the page take turns otherwise.
    on('dragleave', (event) => event.relatedTarget === null && setOver(false));
    on('drop', (event) => {
      setOver(false);
      if (event.defaultPrevented || !mayBeModel(event.dataTransfer)) return;
      event.preventDefault();
      fromDrop(event.dataTransfer!.items).then(controller.openFiles, () =>
        controller.note('The browser could not read what was dropped: choose the files from the model picker.'),
      );
    });
    return () => stop.abort();
  }, [controller]);
  if (!over) return null;
  return (
    <div className="drop-target" aria-hidden="true">
      <p>
        <b>Drop a model here</b>
        <span>one .gguf file, or a folder with config.json and model.safetensors. It stays on this machine.</span>
      </p>
    </div>
  );
}
