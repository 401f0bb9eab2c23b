// Which blocks: first and last as two lists that cannot be set to nonsense.

import { rangeOf } from '../../state/wants';
import { useApp, useController } from '../context';
import { countedOptions, Select } from '../shared/Select';

export function RangeControl() {
  const { settings, model } = useApp(({ settings, model }) => ({ settings, model }));
  const controller = useController();
  if (model === null) return null;
  const { blocks } = model;
  const [from, to] = rangeOf(settings, model);
  const set = (first: number, end: number) =>
    controller.change({ range: first === 0 && end === blocks ? null : [first, end] }, 'push');
  const numbers = countedOptions(blocks);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset's legend cannot stand beside its controls
    <div
      role="group"
      className="field"
      aria-label="Blocks"
      title="The tensor, rollout and flow are taken over these blocks. The final norm belongs to the last one."
    >
      <span className="label">Blocks</span>
      <Select
        name="First block"
        options={numbers}
        value={from}
        onChange={(first) => set(first, Math.max(to, first + 1))}
      />
      –
      <Select
        name="Last block"
        options={numbers}
        value={to - 1}
        onChange={(last) => set(Math.min(from, last), last + 1)}
      />
      {settings.range !== null && (
        <button type="button" className="button quiet" onClick={() => set(0, blocks)}>
          all
        </button>
      )}
    </div>
  );
}
