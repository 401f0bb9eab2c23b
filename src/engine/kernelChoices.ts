// What was measured to be fastest on an adapter (kernels/choice.ts) is remembered for later sessions. Within a session the choice stays what it was
// when the adapter was first opened, so that the same request gives the same bits. Without a store, or with a record that is not one, the usual
// choice is made.

import * as v from 'valibot';
import type { KernelChoice } from '../kernels/choice';

/** Where records lie. */
export interface ChoiceStore {
  /** null: there is none, or it cannot be read. */
  read(key: string): Promise<unknown>;
  /** Never rejects: what cannot be stored is measured again. */
  write(key: string, value: unknown): Promise<void>;
}

/** Keys are the adapter's name and how it stores weights. */
export interface KernelChoices {
  /** What was remembered when this was asked first; null: nothing. */
  of(key: string): Promise<KernelChoice | null>;
  /** Whether a later session will know, or this one knows. */
  isKnown(key: string): boolean;
  /** For later sessions. */
  remember(key: string, choice: KernelChoice): Promise<void>;
}

/** To be raised when the kernels change so that older measurements say nothing of them. */
const version = 2;

const record = v.object({
  version: v.literal(version),
  largeTile: v.picklist(['shared', 'direct']),
  loads: v.picklist(['words', 'quads']),
  rows: v.picklist(['shared', 'single', 'subgroups']),
});

export function createKernelChoices(store: ChoiceStore): KernelChoices {
  const asked = new Map<string, Promise<KernelChoice | null>>();
  const known = new Set<string>();
  async function read(key: string): Promise<KernelChoice | null> {
    const { success, output } = v.safeParse(record, await store.read(key));
    if (!success) return null;
    known.add(key);
    const { version: _, ...choice } = output;
    return choice;
  }
  return {
    of(key) {
      const answer = asked.get(key) ?? read(key);
      asked.set(key, answer);
      return answer;
    },
    isKnown: (key) => known.has(key),
    remember(key, choice) {
      known.add(key);
      return store.write(key, { version, ...choice });
    },
  };
}

const storeName = 'tensorscope-kernels';
/** A record is some tens of bytes; anything longer is none. */
const mostCharacters = 1000;

/** In the browser (Cache API). Where there is none (pages without HTTPS) nothing is remembered. */
export function browserStore(): ChoiceStore {
  const open = async () => (globalThis.caches ? await caches.open(storeName) : null);
  const address = (key: string) => `https://kernels.invalid/${encodeURIComponent(key)}`;
  return {
    async read(key) {
      try {
        const text = await (await (await open())?.match(address(key)))?.text();
        return text === undefined || text.length > mostCharacters ? null : JSON.parse(text);
      } catch {
        return null;
      }
    },
    async write(key, value) {
      try {
        await (await open())?.put(address(key), new Response(JSON.stringify(value)));
      } catch {
        // The browser refuses to store: measured again in the next session.
      }
    },
  };
}
