// Headings of maps that are of one block: which block, and of raw attention which head.

import type { BlockNormName } from '../../engine/protocol';
import { mapTitle } from '../../state/help';
import { useApp, useController } from '../context';
import { countedOptions, Select } from '../shared/Select';

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
      <Select
        inline
        name={map === 'attention' ? 'Block of the attention' : `Block of ${title}`}
        options={countedOptions(blocks, (block) => `block ${block}`)}
        value={layer ?? blocks - 1}
        onChange={(attentionLayer) => controller.change({ attentionLayer })}
      />
      {map === 'attention' && <HeadChooser />}
    </h2>
  );
}

function HeadChooser() {
  const { head, heads } = useApp(({ settings, model }) => ({ head: settings.attentionHead, heads: model?.heads ?? 0 }));
  const controller = useController();
  return (
    <>
      {' '}
      <Select
        inline
        name="Head of the attention"
        options={[
          { value: null, text: 'mean' },
          { value: 'max' as const, text: 'largest' },
          ...countedOptions(heads, (one) => `head ${one}`),
        ]}
        value={head}
        onChange={(attentionHead) => controller.change({ attentionHead })}
      />
    </>
  );
}
