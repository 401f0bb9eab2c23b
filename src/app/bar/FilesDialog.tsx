// "From this machine…": a model in files of the reader's own, chosen here or dropped anywhere on the page. They are read in place and sent nowhere.

import * as Dialog from '@radix-ui/react-dialog';
import { useRef } from 'react';
import { addressOf } from '../../share/settings';
import { fromInput } from '../chosenFiles';
import { useApp, useController } from '../context';
import { Alert, Opening } from './opening';

/** Where the keyboard begins. */
const firstButton = 'open-files';

export function FilesDialog() {
  const open = useApp(({ filesDialog }) => filesDialog);
  const controller = useController();
  return (
    <Dialog.Root open={open} onOpenChange={(wanted) => wanted || controller.closeFiles()}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content
          className="dialog hub"
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            document.getElementById(firstButton)?.focus();
          }}
        >
          <header>
            <Dialog.Title>A model on this machine</Dialog.Title>
            <Dialog.Close asChild>
              <button type="button" className="button square" aria-label="Close">
                ×
              </button>
            </Dialog.Close>
          </header>
          <Chooser />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Chooser() {
  const { opening, problem } = useApp(({ settings, activity, problem }) => {
    const local = addressOf(settings).kind === 'local';
    const about = local || problem?.remedy === 'files';
    return { opening: local && activity === 'opening', problem: about ? (problem?.sentence ?? null) : null };
  });
  return (
    <>
      <div className="files-choice">
        <FileButton id={firstButton} label="Open files…" folder={false} disabled={opening} />
        <FileButton id="open-folder" label="Open a folder…" folder disabled={opening} />
        <span className="dim">or drop them anywhere on the page</span>
      </div>
      <div aria-live="polite" className="hub-answer">
        {opening && <Opening label="Reading" />}
        {!opening && problem !== null && <Alert>{problem}</Alert>}
      </div>
      <dl className="files-help">
        <dt>One GGUF file</dt>
        <dd>
          of a Llama or Qwen2 type, stored as F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K. What is
          analysed then is the quantised model.
        </dd>
        <dt>Or a model in the hub’s layout</dt>
        <dd>
          <code>config.json</code>, <code>model.safetensors</code> (or its shards with{' '}
          <code>model.safetensors.index.json</code>), and for prompts <code>tokenizer.json</code> with{' '}
          <code>tokenizer_config.json</code>.
        </dd>
        <dt>The files stay where they are</dt>
        <dd>
          They are read on this machine and sent nowhere. A link to the analysis names them, and asks whoever opens it
          for the same files.
        </dd>
      </dl>
    </>
  );
}

interface FileButtonProps {
  readonly id: string;
  readonly label: string;
  readonly folder: boolean;
  readonly disabled: boolean;
}

/** A real button, so that the keyboard reaches it; the input behind it is the browser's own chooser. */
function FileButton({ id, label, folder, disabled }: FileButtonProps) {
  const controller = useController();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        id={id}
        type="button"
        className="button primary"
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {label}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={label.replace('…', '')}
        {...(folder ? { webkitdirectory: '' } : {})}
        onChange={({ target }) => {
          const chosen = fromInput(target.files ?? []);
          target.value = '';
          void controller.openFiles(chosen);
        }}
      />
    </>
  );
}
