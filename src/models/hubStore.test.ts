import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hubFiles, lookUpHub } from './hub';
import { deleteHubModel, storedHubModels } from './hubList';
import { loadModel } from './load';
import { base, files, llamaOnHub, place, server, storage, streamed } from './testing/hubServer';

afterEach(() => vi.unstubAllGlobals());

describe('the store of hub models', () => {
  let hub: Awaited<ReturnType<typeof llamaOnHub>>;
  beforeEach(async () => {
    hub = await llamaOnHub();
  });

  test('a model is stored, opens offline, is listed and deleted', async () => {
    storage();
    const fetched = server(hub.serve);
    expect(await storedHubModels()).toEqual([]);
    const first = await hub.load();
    hub.online = false;
    fetched.mockClear();
    const second = await hub.load();
    expect(fetched).not.toHaveBeenCalled();
    expect(await second.info()).toEqual(await first.info());
    expect(await second.info()).toMatchObject({ id: 'acme/tiny', revision: 'main' });
    expect(await lookUpHub(place)).toMatchObject({ stored: true, bytes: hub.size() });
    expect(await storedHubModels()).toEqual([{ ...place, bytes: hub.size(), complete: true, commit: null }]);
    await deleteHubModel(place);
    expect(await storedHubModels()).toEqual([]);
    await expect(hub.load()).rejects.toThrow(/did not answer/);
  });

  test('a model that is large and stored is read tensor by tensor, whether it lies in parts or not', async () => {
    storage();
    server(hub.serve);
    const taken = async (partBytes: number, wholeBytes: number) => {
      const { weights, info } = await loadModel(hubFiles(place, { partBytes, wholeBytes }));
      const arrays = new Map<string, Float32Array>();
      for (const name of weights.names) arrays.set(name, await weights.take(name));
      await info();
      return arrays;
    };
    const whole = await taken(1e6, 1e9);
    const read = vi.spyOn(Response.prototype, 'arrayBuffer');
    expect(await taken(1e6, 1000)).toEqual(whole);
    await deleteHubModel(place);
    await taken(10_000, 1000); // downloaded, and kept in parts
    read.mockClear();
    expect(await taken(10_000, 1000)).toEqual(whole);
    expect(read.mock.instances.length).toBeLessThanOrEqual(1); // config.json; of the weights only slices
    read.mockRestore();
  });

  test('a full store does not keep it from opening', async () => {
    const { cache } = storage();
    cache.put = async () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    server(hub.serve);
    expect((await (await hub.load()).info()).id).toBe('acme/tiny');
    expect(await storedHubModels()).toEqual([]);
  });

  test('a large file is stored in parts and comes back whole', async () => {
    const { kept } = storage();
    const large = new Uint8Array(40_000_001).fill(7);
    large[16_000_000] = 1;
    large[40_000_000] = 2;
    let reachable = true;
    server(() => {
      if (reachable) return streamed(large);
      throw new TypeError('fetch failed');
    });
    const big = { maxBytes: 200_000_000 };
    await files().read('model.safetensors', big);
    expect(kept.size).toBe(4);
    reachable = false;
    expect(Buffer.compare(await files().read('model.safetensors', big), large)).toBe(0);
    expect(await storedHubModels()).toMatchObject([{ bytes: 40_000_001 }]);
    kept.delete(`${base}model.safetensors?part=1`);
    await expect(files().read('model.safetensors', big)).rejects.toThrow(/did not answer/);
    await deleteHubModel(place);
    expect(kept.size).toBe(0);
  });

  test('a full store is named with the room that is left, and the model works', async () => {
    const { cache, kept } = storage();
    const put = cache.put;
    cache.put = async (url, response) => {
      if (url.includes('model.safetensors')) throw new DOMException('full', 'QuotaExceededError');
      return put(url, response);
    };
    server(hub.serve);
    const store = { room: async () => 12_000 };
    const model = await loadModel(hubFiles(place, { store, partBytes: 20_000 }));
    await model.tokenizer();
    expect(model.remarks()).toEqual([
      'acme/tiny could not be stored: the browser’s storage for this page is full, with room for 12 kB where 59.5 kB are needed. It works now; the next time it is downloaded again. Deleting stored models makes room.',
    ]);
    expect([...kept.keys()].filter((url) => url.includes('model.safetensors'))).toEqual([]);
    expect(await lookUpHub(place, undefined, store)).toMatchObject({ stored: false, room: 12_000 });
  });
});
