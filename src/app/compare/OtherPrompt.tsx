// The right side's model and prompt. The prompt is run when it is sent, not while it is typed.

import { type FormEvent, type KeyboardEvent, useEffect, useState } from 'react';
import { embeddedModels } from '../../share/embedded';
import { modelKey, type Settings, type SideSettings, shownName } from '../../share/settings';
import { useApp } from '../context';
import { SelectField } from '../shared/Select';
import { OtherPicture } from './OtherPicture';

interface OtherPromptProps {
  readonly wanted: Settings;
  readonly onChange: (patch: Partial<SideSettings>) => void;
}

export function OtherPrompt({ wanted, onChange }: OtherPromptProps) {
  const settings = useApp((state) => state.settings);
  const [text, setText] = useState(wanted.prompt ?? '');
  useEffect(() => setText(wanted.prompt ?? ''), [wanted.prompt]);
  if (settings.image !== null) {
    return <OtherPicture wanted={wanted} onChange={onChange} />;
  }
  // Another prompt makes what was pinned meaningless.
  const send = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (text !== wanted.prompt) onChange({ prompt: text, pinned: [], class: null, rivals: [] });
  };
  return (
    <form className="compare-form" onSubmit={send}>
      <textarea
        className="input"
        aria-label="Right prompt"
        rows={1}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
        }}
      />
      <button type="submit" className="button">
        Run right
      </button>
      <SelectField
        label="Model"
        name="Right model"
        options={[...new Set([settings.model, wanted.model, ...textModels])].map((value) => ({
          value,
          text: `${shownName(value)}${modelKey({ ...settings, model: value }) === modelKey(settings) ? ' (as left)' : ''}`,
        }))}
        value={wanted.model}
        onChange={(name) => {
          const { model, revision, hub } = settings;
          onChange({
            ...(name === model ? { model, revision, hub } : { model: name, revision: null }),
            pinned: [],
            class: null,
            rivals: [],
            range: null,
          });
        }}
      />
    </form>
  );
}

const textModels = embeddedModels.filter(({ inPicker, reads }) => inPicker && reads === 'text').map(({ name }) => name);
