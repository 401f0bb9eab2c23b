// The prompt and its two buttons. Typing is never blocked: the field keeps its own draft until Run.

import { useEffect, useRef, useState } from 'react';
import { isBusy } from '../../state/selectors';
import { useApp, useController } from '../context';
import { Toggle } from '../shared/Field';

export function PromptForm() {
  const { prompt, busy, chat, hasTemplate } = useApp((state) => ({
    prompt: state.settings.prompt ?? '',
    busy: isBusy(state),
    chat: state.settings.chat,
    hasTemplate: state.live && state.model?.chat === true,
  }));
  const controller = useController();
  const [draft, setDraft] = useState(prompt);
  const field = useRef<HTMLTextAreaElement>(null);
  // A chosen example, an opened link, "back": the field follows.
  useEffect(() => setDraft(prompt), [prompt]);
  // As high as its text, up to a limit set in CSS.
  useEffect(() => {
    const { current } = field;
    if (current === null || draft === undefined) return;
    current.style.height = 'auto';
    current.style.height = `${current.scrollHeight + 2}px`;
  }, [draft]);
  const run = () => void controller.run(draft);
  return (
    <form
      className="prompt"
      onSubmit={(event) => {
        event.preventDefault();
        run();
      }}
    >
      <div className="prompt-field" data-busy={busy}>
        <textarea
          className="input"
          ref={field}
          aria-label="Prompt"
          rows={1}
          maxLength={12_000}
          spellCheck={false}
          autoComplete="off"
          placeholder="Type a few words"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={(event) => {
            // Shift+Enter makes a line; while a word is being composed, Enter belongs to the input method.
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            run();
          }}
        />
        {busy && (
          <button type="button" className="button cancel" onClick={() => controller.cancel()}>
            Cancel
          </button>
        )}
      </div>
      {hasTemplate && (
        <Toggle
          label="Chat"
          hint="The prompt becomes the user’s message in the model’s own chat template; what that adds is marked in the tokens."
          checked={chat}
          onChange={(checked) => void controller.run(draft, checked)}
        />
      )}
      <button type="submit" className="button primary">
        Run
      </button>
    </form>
  );
}
