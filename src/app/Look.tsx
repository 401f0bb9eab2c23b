// What to look at in a worked example, for as long as it is on the screen.

import { isExample } from '../state/examples';
import { useApp } from './context';

export function Look() {
  const example = useApp(
    ({ examples, run }) =>
      examples.find(
        (each) =>
          run !== null &&
          (run.continued?.length ?? 0) === 0 &&
          isExample(each, { prompt: run.prompt, chat: run.chat ?? false, image: run.image ?? null }),
      ) ?? null,
  );
  if (example === null) return null;
  return (
    <p className="look">
      <b>{example.title}</b> {example.look} <span className="dim">{example.why}</span>
    </p>
  );
}
