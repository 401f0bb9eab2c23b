// The right side's picture, of a model of images: the left one, an example's, or a file of the reader's own.

import { useRef, useState } from 'react';
import type { ImageRef, Settings, SideSettings } from '../../share/settings';
import { maxPictureBytes } from '../../state/picture';
import { useApp, useController } from '../context';
import { formatBytes } from '../shared/format';
import { SelectField } from '../shared/Select';

interface OtherPictureProps {
  readonly wanted: Settings;
  readonly onChange: (patch: Partial<SideSettings>) => void;
}

const keyOf = ({ name, digest }: ImageRef) => `${digest ?? ''}~${name}`;

export function OtherPicture({ wanted, onChange }: OtherPictureProps) {
  const { left, examples } = useApp(({ settings, examples }) => ({ left: settings.image, examples }));
  const controller = useController();
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const offered = new Map<string, ImageRef>();
  const named = examples.flatMap(({ image }) => (image === undefined ? [] : [{ name: image, digest: null }]));
  for (const image of [left, wanted.image, ...named]) if (image !== null) offered.set(keyOf(image), image);
  // Another picture makes what was pinned meaningless.
  const show = (image: ImageRef) => {
    setProblem(null);
    onChange({ image, pinned: [], class: null, rivals: [] });
  };
  const take = async (file: File) => {
    if (file.size > maxPictureBytes) {
      const limit = formatBytes(maxPictureBytes);
      return setProblem(`“${file.name}” has ${formatBytes(file.size)}, more than the ${limit} that are read.`);
    }
    try {
      show(await controller.keepPicture({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) }));
    } catch {
      setProblem(`“${file.name}” cannot be read: choose it again, or another picture.`);
    }
  };
  return (
    <div className="compare-form">
      <SelectField
        label="Picture"
        name="Right picture"
        options={[...offered].map(([value, image]) => ({
          value,
          text: `${image.name}${left !== null && keyOf(left) === value ? ' (as left)' : ''}`,
        }))}
        value={wanted.image === null ? '' : keyOf(wanted.image)}
        onChange={(key) => show(offered.get(key)!)}
      />
      <button type="button" className="button" onClick={() => input.current?.click()}>
        Choose a picture…
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="Right picture file"
        accept="image/png,image/jpeg,image/webp,image/gif"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          target.value = '';
          if (file !== undefined) void take(file);
        }}
      />
      {problem !== null && (
        <p className="slot-note slot-error" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
