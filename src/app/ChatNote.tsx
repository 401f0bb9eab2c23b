// What a chat template put around the prompt: a model may be told more than the reader typed.

import { useApp } from './context';

export function ChatNote() {
  const summary = useApp(({ run }) => run?.summary ?? null);
  if (!summary?.chat) return null;
  const { text, message } = summary.chat;
  const added = summary.tokens.filter(({ inserted }) => inserted).length;
  const [start, end] = message;
  return (
    <details className="note chat-note">
      <summary>
        {added} of {summary.tokens.length} tokens are the chat template’s, not the prompt’s (underlined with dots). What
        the model reads
      </summary>
      <pre className="token-text">
        {text.slice(0, start)}
        <mark>{text.slice(start, end)}</mark>
        {text.slice(end)}
      </pre>
    </details>
  );
}
