// "?": what this page is, how to move in it, what the pictures do not say. The text is loaded when it is opened.

import * as Dialog from '@radix-ui/react-dialog';
import { lazy, Suspense } from 'react';

const HelpText = lazy(() => import('./HelpText'));

export function HelpButton() {
  return (
    <Dialog.Root>
      <Dialog.Trigger asChild>
        <button type="button" className="button square" aria-label="Help" title="Help">
          ?
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <header>
            <Dialog.Title>Tensorscope</Dialog.Title>
            <Dialog.Close asChild>
              <button type="button" className="button square" aria-label="Close">
                ×
              </button>
            </Dialog.Close>
          </header>
          <Suspense fallback={null}>
            <HelpText />
          </Suspense>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
