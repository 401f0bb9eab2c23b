// In place of the prompt for a model of images: choose a file, drop it, paste it, or take one of the model's examples (in their menu).

import { useRef } from 'react';
import { isBusy } from '../../state/selectors';
import { useApp, useController } from '../context';
import { usePictureInput } from './usePictureInput';

export function PictureForm() {
  const { name, busy } = useApp((state) => ({ name: state.settings.image?.name ?? null, busy: isBusy(state) }));
  const controller = useController();
  const input = useRef<HTMLInputElement>(null);
  const { take, dragging } = usePictureInput();
  return (
    <form
      className="prompt picture-form"
      aria-label="Picture"
      data-dragging={dragging}
      onSubmit={(event) => {
        event.preventDefault();
        if (name === null) input.current?.click();
        else void controller.runPicture();
      }}
      onDrop={(event) => {
        const [file] = event.dataTransfer.files;
        if (file === undefined) return;
        event.preventDefault();
        void take(file);
      }}
      onDragOver={(event) => event.preventDefault()}
    >
      <div className="prompt-field picture-field" data-busy={busy}>
        <button type="button" className="button" onClick={() => input.current?.click()}>
          Choose a picture…
        </button>
        <span className="picture-file" title="It stays on this device: a link carries its name, not the picture.">
          {name ?? 'or drop or paste one: PNG, JPEG, WebP, GIF'}
        </span>
        {busy && (
          <button type="button" className="button cancel" onClick={() => controller.cancel()}>
            Cancel
          </button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Picture file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file !== undefined) void take(file);
        }}
      />
      <button type="submit" className="button primary">
        Run
      </button>
    </form>
  );
}
