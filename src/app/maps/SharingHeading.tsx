// DecompX's heading: who bears what biases add.

import type { BiasSharing } from '../../engine/protocol';
import { mapTitle } from '../../state/help';
import { useApp, useController } from '../context';
import { optionsOf, Select } from '../shared/Select';

export const sharingOptions = optionsOf<BiasSharing>({
  absDot: 'by |b·z|',
  norm: 'by ‖z‖',
  equal: 'equally',
  token: 'apart',
});

export function SharingHeading() {
  const biases = useApp(({ settings }) => settings.biases);
  const controller = useController();
  return (
    <h2>
      {mapTitle('decompx')}, biases{' '}
      <Select
        inline
        name="Sharing of the biases"
        options={sharingOptions}
        value={biases}
        onChange={(chosen) => controller.change({ biases: chosen }, 'push')}
      />
    </h2>
  );
}
