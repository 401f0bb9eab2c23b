// DecompX's heading: who bears what biases add.

import type { BiasSharing } from '../../engine/protocol';
import { biasSharings } from '../../share/fields';
import { mapTitle } from '../../state/help';
import { useApp, useController } from '../context';

export const sharingWords: Record<BiasSharing, string> = {
  absDot: 'by |b·z|',
  norm: 'by ‖z‖',
  equal: 'equally',
  token: 'apart',
};

export function SharingHeading() {
  const biases = useApp(({ settings }) => settings.biases);
  const controller = useController();
  return (
    <h2>
      {mapTitle('decompx')}, biases{' '}
      <select
        className="inline-select"
        aria-label="Sharing of the biases"
        value={biases}
        onChange={(event) => controller.change({ biases: event.target.value as BiasSharing }, 'push')}
      >
        {biasSharings.map((name) => (
          <option key={name} value={name}>
            {sharingWords[name]}
          </option>
        ))}
      </select>
    </h2>
  );
}
