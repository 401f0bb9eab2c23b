// What every map is given besides its numbers: tokens or words, hidden sources, the one linked selection and what is done with it.

import { useMemo } from 'react';
import type { Token } from '../../engine/protocol';
import { explainedTokens, hiddenSources } from '../../state/wants';
import { overWords, wordAt, wordsOf, wordTokens } from '../../state/words';
import type { Matrix } from '../../tensor/matrix';
import type { Cell, Selection } from '../../views/view';
import { useApp, useController } from '../context';

export interface Linked {
  readonly tokens: readonly Token[];
  readonly hidden: ReadonlySet<number>;
  readonly selection: Selection;
  /** Over words when words are shown. */
  readonly shape: (matrix: Matrix) => Matrix;
  readonly onHover: (cell: Cell | null) => void;
  readonly onPin: (cell: Cell, add: boolean) => void;
  readonly onRelease: () => void;
}

export function useLinked(): Linked | null {
  const { run, model, settings, hovered } = useApp(({ run, model, settings, hovered }) => ({
    run,
    model,
    settings,
    hovered,
  }));
  const controller = useController();
  const words = useMemo(() => {
    if (run === null || !settings.words) return null;
    const list = wordsOf(run.summary.tokens);
    return list.length < run.summary.tokens.length ? list : null;
  }, [run, settings.words]);

  return useMemo(() => {
    if (run === null || model === null) return null;
    const { tokens } = run.summary;
    const hidden = hiddenSources(settings, model, run.summary);
    const explained = explainedTokens(settings, run.summary, null);
    const toWord = (at: number) => (words === null ? at : wordAt(words, at));
    // A word stands for its last token: that is where the next one is predicted.
    const toToken = (at: number) => (words === null ? at : words[at]![1] - 1);
    return {
      tokens: words === null ? tokens : wordTokens(tokens, words, run.prompt),
      hidden:
        words === null
          ? hidden
          : new Set(words.flatMap(([from, to], at) => (to - from === 1 && hidden.has(from) ? [at] : []))),
      selection: {
        pinned: [...new Set(explained.map(toWord))],
        source: settings.source === null ? null : toWord(settings.source),
        hovered: hovered === null ? null : { row: toWord(hovered.row), col: toWord(hovered.col) },
      },
      shape: (matrix) => (words === null ? matrix : overWords(matrix, words)),
      onHover: (cell) => controller.hover(cell === null ? null : { row: toToken(cell.row), col: toToken(cell.col) }),
      onPin: ({ row, col }, add) => controller.pin(toToken(row), toToken(col), add),
      onRelease: () => controller.release(),
    };
  }, [run, model, settings, hovered, words, controller]);
}
