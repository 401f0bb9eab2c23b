import { afterEach, describe, expect, test, vi } from 'vitest';
import { hubFiles } from './hub';
import { hubPlace } from './hubPlace';
import { base, files, options, server } from './testing/hubServer';

afterEach(() => vi.unstubAllGlobals());

describe('addresses', () => {
  test('follow the hub’s layout', async () => {
    const fetched = server(() => new Response('{}'));
    await files().read('config.json', options);
    await hubFiles(hubPlace('acme/tiny')).read('config.json', options);
    expect(fetched.mock.calls.map(([url]) => url)).toEqual([
      `${base}config.json`,
      'https://huggingface.co/acme/tiny/resolve/main/config.json',
    ]);
  });

  test.each([
    'tiny',
    'acme/',
    '/tiny',
    'acme/tiny/more',
    '../tiny',
    'acme/..',
    'acme/a b',
    'acme/a?b',
    'acme/a%2F',
    '',
  ])('no id: "%s"', (id) => expect(() => hubPlace(id)).toThrow(/must look like owner\/name/));
  test.each(['', '..', 'a/b', 'a?b', 'a b', '-x'])('no revision: "%s"', (revision) => {
    expect(() => hubPlace('acme/tiny', revision)).toThrow(/no revision/);
  });
  test.each(['', 'mirror', 'ftp://x', 'javascript:alert(1)', 'https://me:secret@x', 'https://x/?a', 'https://x/#a'])(
    'no hub: "%s"',
    (address) => expect(() => hubPlace('acme/tiny', 'main', address)).toThrow(/no address of a hub/),
  );
});
