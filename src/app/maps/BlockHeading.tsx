// Headings of maps that are of one block: which block, and of raw attention which head.

import type { BlockNormName } from '../../engine/protocol';
import { mapTitle } from '../../state/help';
import { useApp, useController } from '../context';

export function BlockHeading({ map }: { map: 'attention' | BlockNormName }) {
  const { layer, blocks } = useApp(({ settings, model }) => ({
    layer: settings.attentionLayer,
    blocks: model?.blocks,
  }));
  const controller = useController();
  const title = mapTitle(map);
  if (blocks === undefined) return <h2>{title}</h2>;
  return (
    <h2>
      {title}{' '}
      <select
        className="inline-select"
        aria-label={map === 'attention' ? 'Block of the attention' : `Block of ${title}`}
        value={layer ?? blocks - 1}
        onChange={(event) => controller.change({ attentionLayer: Number(event.target.value) })}
      >
        {Array.from({ length: blocks }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the block
          <option key={at} value={at}>
            block {at}
          </option>
        ))}
      </select>
      {map === 'attention' && <HeadChooser />}
    </h2>
  );
}

function HeadChooser() {
  const { head, heads } = useApp(({ settings, model }) => ({ head: settings.attentionHead, heads: model?.heads ?? 0 }));
  const controller = useController();
  const choose = (value: string) =>
    controller.change({ attentionHead: value === '' ? null : value === 'max' ? 'max' : Number(value) });
  return (
    <>
      {' '}
      <select
        className="inline-select"
        aria-label="Head of the attention"
        value={head ?? ''}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="">mean</option>
        <option value="max">largest</option>
        {Array.from({ length: heads }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the head
          <option key={at} value={at}>
            head {at}
          </option>
        ))}
      </select>
    </>
  );
}
