// What a list of prompts would cost, in words, kept up to date while the list is written.

import { useEffect, useMemo, useState } from 'react';
import type { PromptGroup } from '../../state/studies';
import { listKey } from '../../state/studyChoices';
import type { ListPrice } from '../../state/studyPrice';
import { useApp } from '../context';
import { planWords } from '../shared/format';
import { useBench, useStudies } from './bench';

/** Milliseconds without typing. */
const pause = 300;

/** `groups` may fail, for a list that is empty or cannot be loaded: then there is no price. */
export function useListPrice(groups: () => Promise<readonly PromptGroup[]>, deletes: boolean): string | null {
  const bench = useBench();
  const settings = useApp((state) => state.settings);
  const { ground, listPrice } = useStudies();
  const [list, setList] = useState<readonly PromptGroup[]>([]);
  useEffect(() => {
    let current = true;
    const keep = (found: readonly PromptGroup[]) => current && setList(found);
    const timer = setTimeout(() => {
      groups().then(keep, () => keep([]));
    }, pause);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [groups]);
  const key = useMemo(() => listKey(settings, list, deletes), [settings, list, deletes]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the settings
  useEffect(() => {
    if (ground !== null && list.length > 0) void bench.priceMany(list, deletes);
  }, [bench, ground, key]);
  return list.length > 0 && listPrice?.key === key ? listPriceWords(listPrice) : null;
}

export function listPriceWords({ prompts, tokens, runs, flops, seconds }: ListPrice): string {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  return `${count(prompts, 'prompt')} of about ${count(tokens, 'token')} in all, at most ${count(runs, 'run')}, ${planWords({ flops, seconds: seconds ?? null })}`;
}
