// Fills the slots of one run: compares what is wanted with what is there, aborts what is no longer wanted, asks for the rest. Front-lane
// requests (row, tab) start at once; maps follow one at a time, so that a click never waits behind a long map.

import type { CallOptions, EngineApi, ModelInfo, RowResult } from '../engine/protocol';
import { sentenceOf } from './sentence';
import type { Origin, Slot, SlotName, Slots, Store } from './store';
import { rowWant, type Want, wants } from './wants';

/** Replies kept for the present run, so that going back is instant. Slices are large: only maps and rows are kept. */
const kept = 48;

export interface RunnerHooks {
  readonly engine: () => EngineApi | null;
  /** An answer that is there without asking: a stored one. */
  readonly recorded: (key: string) => unknown;
  readonly resync: () => void;
  readonly lost: (sentence: string) => void;
}

export function createSlotRunner(store: Store, { engine, recorded, resync, lost }: RunnerHooks) {
  const jobs = new Map<SlotName, AbortController>();
  const replies = new Map<string, unknown>();
  let epoch = 0; // bumped when the run changes: replies of older epochs are dropped
  let wanted: readonly Want[] = [];

  function sync(model: ModelInfo, origin: Origin): void {
    const { settings, run, hovered, approved, probes, slots } = store.getState();
    if (run === null) return;
    const summary = run.summary;
    const row = recall(rowWant({ settings, model, run: summary }, null).key) as RowResult | undefined;
    wanted = wants({ settings, model, run: summary, hovered, row: row ?? null, approved, probes });
    const keep = new Set(wanted.map(({ slot }) => slot));
    const next: Record<string, Slot<unknown>> = { ...(slots as Record<string, Slot<unknown>>) };
    for (const name of Object.keys(next)) {
      if (keep.has(name as SlotName)) continue;
      abort(name as SlotName);
      delete next[name];
    }
    for (const want of wanted) {
      const old = next[want.slot];
      if (old?.key === want.key) continue;
      abort(want.slot);
      const reply = recall(want.key);
      next[want.slot] = reply === undefined ? loading(want, old, origin) : ready(want, reply, origin);
    }
    store.setState({ slots: next as Slots });
    pump(origin);
  }

  function pump(origin: Origin): void {
    const waiting = wanted.filter(({ slot, key }) => {
      const state = store.getState().slots[slot];
      return state?.key === key && state.status === 'loading' && !jobs.has(slot);
    });
    for (const want of waiting) if (want.lane === 'front') void work(want, origin);
    const next = waiting.find(({ lane }) => lane === 'back');
    if (jobs.size === 0 && next !== undefined) void work(next, origin);
  }

  async function work(want: Want, origin: Origin): Promise<void> {
    const api = engine();
    if (api === null) return;
    const mine = epoch;
    const job = new AbortController();
    jobs.set(want.slot, job);
    const isCurrent = () => mine === epoch && jobs.get(want.slot) === job;
    const onProgress: NonNullable<CallOptions['onProgress']> = (progress) => {
      if (isCurrent()) patch(want, { progress });
    };
    try {
      const cached = recall(want.key);
      const reply = cached ?? (await ask(api, want, { signal: job.signal, onProgress }));
      if (!isCurrent()) return;
      jobs.delete(want.slot);
      remember(want, reply);
      patch(want, ready(want, reply, origin));
    } catch (error) {
      if (!isCurrent()) return;
      jobs.delete(want.slot);
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code === 'device-lost') return lost(sentenceOf(error));
      if (code === 'cancelled') patch(want, { status: 'cancelled', progress: null });
      else patch(want, { status: 'error', error: sentenceOf(error), progress: null });
    }
    resync();
  }

  function patch(want: Want, change: Partial<Slot<unknown>>): void {
    const { slots } = store.getState();
    const slot = slots[want.slot];
    if (slot?.key !== want.key) return;
    store.setState({ slots: { ...slots, [want.slot]: { ...slot, ...change } } as Slots });
  }

  function remember(want: Want, reply: unknown): void {
    if (want.call !== 'map' && want.call !== 'row' && want.call !== 'checkLogits') return;
    replies.set(want.key, reply);
    const oldest = replies.keys().next();
    if (replies.size > kept && !oldest.done) replies.delete(oldest.value);
  }

  /** Least recently used goes first, so what is looked at stays. */
  function recall(key: string): unknown {
    const reply = replies.get(key);
    if (reply === undefined) return recorded(key);
    replies.delete(key);
    replies.set(key, reply);
    return reply;
  }

  function abort(name: SlotName): void {
    jobs.get(name)?.abort();
    jobs.delete(name);
  }

  function mapSlots(change: (slot: Slot<unknown>) => Slot<unknown>): void {
    const entries = Object.entries(store.getState().slots as Record<string, Slot<unknown>>);
    store.setState({ slots: Object.fromEntries(entries.map(([name, slot]) => [name, change(slot)])) as Slots });
  }

  function newEpoch(): void {
    epoch++;
    for (const name of [...jobs.keys()]) abort(name);
    replies.clear();
  }

  return {
    sync,
    /** Aborts what runs; what was on the way says "cancelled" and keeps its last picture. */
    stop(): void {
      for (const name of [...jobs.keys()]) abort(name);
      wanted = [];
      mapSlots((slot) => (slot.status === 'loading' ? { ...slot, status: 'cancelled', progress: null } : slot));
    },
    /** Another prompt: everything goes. */
    clear(): void {
      newEpoch();
      store.setState({ slots: {} });
    },
    /** The same tokens on another engine: pictures stay until their successors arrive, everything is asked anew. */
    outdate(): void {
      newEpoch();
      mapSlots((slot) => ({ ...slot, key: '', valueKey: '' }));
    },
    retry(name: SlotName): void {
      abort(name);
      const { [name]: _gone, ...rest } = store.getState().slots;
      store.setState({ slots: rest as Slots });
    },
  };
}

function ask(api: EngineApi, want: Want, options: CallOptions): Promise<unknown> {
  const call = api[want.call] as (request: unknown, options: CallOptions) => Promise<unknown>; // Want ties the two together
  return call(want.request, options);
}

function loading(want: Want, old: Slot<unknown> | undefined, origin: Origin): Slot<unknown> {
  const value = old?.family === want.family ? old.value : null;
  return {
    key: want.key,
    status: 'loading',
    value,
    valueKey: value === null ? null : (old?.valueKey ?? null),
    family: want.family,
    origin: value === null ? origin : (old?.origin ?? origin),
    error: null,
    progress: null,
  };
}

function ready(want: Want, value: unknown, origin: Origin): Slot<unknown> {
  return {
    key: want.key,
    status: 'ready',
    value,
    valueKey: want.key,
    family: want.family,
    origin,
    error: null,
    progress: null,
  };
}
