// What the dialogs for models share: how far an opening is, with a way out, and the sentence of a problem.

import type { ReactNode } from 'react';
import { useApp, useController } from '../context';

/** "model.safetensors, 12 MB of 50 MB · 8 MB/s, 5 s left", and a way out. `label` names the bar for screen readers. */
export function Opening({ label }: { label: string }) {
  const progress = useApp(({ progress }) => progress);
  const controller = useController();
  const share = progress?.share ?? 0;
  return (
    <div className="hub-download">
      <span>{progress === null ? 'opening' : progress.name}</span>
      <progress aria-label={label} max={1} {...(share > 0 ? { value: share } : {})} />
      <span aria-hidden="true">{Math.round(100 * share)} %</span>
      <button type="button" className="button" onClick={() => controller.cancel()}>
        Cancel
      </button>
    </div>
  );
}

export function Alert({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="hub-problem">
      {children}
    </p>
  );
}
