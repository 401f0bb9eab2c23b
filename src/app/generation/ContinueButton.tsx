// Opens the panel that goes on with the prompt, and closes it. The panel is loaded when it is first opened.

import { lazy, Suspense } from 'react';
import { useApp, useController } from '../context';

const GenerationPanel = lazy(() => import('./GenerationPanel'));

/** The model says what comes next. */
const useContinues = () =>
  useApp(
    ({ model }) =>
      model?.causal === true && model.image === undefined && model.readToken === undefined && model.classes !== 0,
  );

export function ContinueButton() {
  const generation = useApp(({ settings }) => settings.generation);
  const continues = useContinues();
  const controller = useController();
  if (!continues) return null;
  const { open } = generation;
  return (
    <button
      type="button"
      className="button small"
      aria-expanded={open}
      title="Let the model go on with the prompt, token by token, and explain any token it writes."
      onClick={() => controller.change({ generation: { ...generation, open: !open } }, 'push')}
    >
      Continue…
    </button>
  );
}

export function Generation() {
  const open = useApp(({ settings }) => settings.generation.open);
  const continues = useContinues();
  if (!open || !continues) return null;
  return (
    <Suspense fallback={<section className="strip" aria-label="Continuation" />}>
      <GenerationPanel />
    </Suspense>
  );
}
