// Raw attention's heading: which block, which head.

import { useApp, useController } from '../context';

export function AttentionChooser() {
  const { layer, head, model } = useApp(({ settings, model }) => ({
    layer: settings.attentionLayer,
    head: settings.attentionHead,
    model,
  }));
  const controller = useController();
  if (model === null) return <h2>Raw attention</h2>;
  return (
    <h2>
      Raw attention{' '}
      <select
        className="inline-select"
        aria-label="Block of the attention"
        value={layer ?? model.blocks - 1}
        onChange={(event) => controller.change({ attentionLayer: Number(event.target.value) })}
      >
        {Array.from({ length: model.blocks }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the block
          <option key={at} value={at}>
            block {at}
          </option>
        ))}
      </select>{' '}
      <select
        className="inline-select"
        aria-label="Head of the attention"
        value={head ?? ''}
        onChange={(event) =>
          controller.change({ attentionHead: event.target.value === '' ? null : Number(event.target.value) })
        }
      >
        <option value="">mean</option>
        {Array.from({ length: model.heads }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the head
          <option key={at} value={at}>
            head {at}
          </option>
        ))}
      </select>
    </h2>
  );
}
