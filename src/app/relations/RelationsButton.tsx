// Opens the room of relations, and closes it.

import { defaultRelation } from '../../share/relation';
import { useApp, useController } from '../context';

export function RelationsButton() {
  const { open, offered } = useApp(({ settings, model }) => ({
    open: settings.relation !== null,
    offered:
      model?.causal === true && model.image === undefined && model.readToken === undefined && model.classes !== 0,
  }));
  const controller = useController();
  if (!offered && !open) return null;
  return (
    <button
      type="button"
      className="button"
      aria-pressed={open}
      onClick={() => controller.change({ relation: open ? null : defaultRelation }, 'push')}
    >
      Relations
    </button>
  );
}
