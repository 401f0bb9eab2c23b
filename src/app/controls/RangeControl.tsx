// Which blocks: first and last as two lists that cannot be set to nonsense.

import { rangeOf } from '../../state/wants';
import { useApp, useController } from '../context';

export function RangeControl() {
  const { settings, model } = useApp(({ settings, model }) => ({ settings, model }));
  const controller = useController();
  if (model === null) return null;
  const { blocks } = model;
  const [from, to] = rangeOf(settings, model);
  const set = (first: number, end: number) =>
    controller.change({ range: first === 0 && end === blocks ? null : [first, end] }, 'push');
  const numbers = Array.from({ length: blocks }, (_, block) => block);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand beside its controls
    <div
      role="group"
      className="field"
      aria-label="Blocks"
      title="The tensor, rollout and flow are taken over these blocks. The final norm belongs to the last one."
    >
      <span className="label">Blocks</span>
      <select
        className="select"
        aria-label="First block"
        value={from}
        onChange={(event) => set(Number(event.target.value), Math.max(to, Number(event.target.value) + 1))}
      >
        {numbers.map((block) => (
          <option key={block} value={block}>
            {block}
          </option>
        ))}
      </select>
      –
      <select
        className="select"
        aria-label="Last block"
        value={to - 1}
        onChange={(event) => set(Math.min(from, Number(event.target.value)), Number(event.target.value) + 1)}
      >
        {numbers.map((block) => (
          <option key={block} value={block}>
            {block}
          </option>
        ))}
      </select>
      {settings.range !== null && (
        <button type="button" className="button quiet" onClick={() => set(0, blocks)}>
          all
        </button>
      )}
    </div>
  );
}
