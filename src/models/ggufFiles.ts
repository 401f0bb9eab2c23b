// A GGUF file as the loader sees a model: its configuration and tokenizer as the hub's files, its tensors read one by one from the file and made
// float32 when they are asked for. Nothing of the file is in memory beyond the header and the tensor at hand.

import { throwIfAborted, UserError } from '../tensor/errors';
import { toFloat32 } from './decode';
import { type ModelFiles, type OptionsFor, type PartedFile, tooLong, type WeightFiles } from './files';
import { type GgufHeader, type GgufTensor, readGguf } from './gguf';
import { type BlockType, decodeBlocks, isQuantised } from './ggufBlocks';
import { type HubLayout, hubLayout, splitRefusal, unpairRows } from './ggufConfig';
import { tokenizerOf } from './ggufTokenizer';
import type { FileTensor } from './safetensors';
import { createParts, weightFileLimit } from './weightFiles';

const splitName = /-(\d{5})-of-(\d{5})\.gguf$/i;

/** `id`: the file's name. It is opened when it is first read from. */
export function ggufFiles(id: string, openFile: () => Promise<PartedFile>): ModelFiles {
  let opened: Promise<Opened> | undefined;
  const open = () => {
    opened ??= openFile().then(openGguf);
    return opened;
  };
  const texts: Readonly<Record<string, (opened: Opened) => unknown>> = {
    'config.json': ({ layout }) => layout.config,
    'tokenizer.json': ({ header }) => tokenizerOf(header.metadata, id),
  };
  return {
    id,
    revision: null,
    async read(name, { signal }) {
      throwIfAborted(signal);
      const made = Object.hasOwn(texts, name) ? texts[name]!(await open()) : null;
      if (made === null) throw new UserError('not-found', `${id} holds no ${name}.`);
      return new TextEncoder().encode(JSON.stringify(made));
    },
    weightFiles: async (options) => weightsOf(await open(), options),
  };
}

interface Opened {
  readonly file: PartedFile;
  readonly header: GgufHeader;
  readonly layout: HubLayout;
}

async function openGguf(file: PartedFile): Promise<Opened> {
  const [, , parts] = splitName.exec(file.name) ?? [];
  if (parts !== undefined && Number(parts) > 1) throw splitRefusal(file.name, Number(parts));
  if (file.size > weightFileLimit) throw tooLong(file.name, file.size, weightFileLimit);
  const header = await readGguf(file);
  const factors = header.tensors.get('rope_freqs.weight');
  const frequencies = factors ? toFloat32(await readTensor(file, factors), factors.name) : null;
  return { file, header, layout: hubLayout(header, file.name, frequencies) };
}

const factorLimit = 65_536;

/** A small tensor, as it is. */
async function readTensor(file: PartedFile, { name, type, shape, from, to }: GgufTensor): Promise<FileTensor> {
  if (to - from > factorLimit) throw new UserError('bad-model', `${file.name}: ${name} has ${to - from} bytes.`);
  return decodeBlocks(type, shape, await file.read(from, to));
}

function weightsOf({ file, header, layout }: Opened, options: OptionsFor): WeightFiles {
  const { tensors } = layout;
  const { signal, onProgress } = options(file.name, weightFileLimit);
  const parts = createParts([...tensors.keys()], async (name) => {
    throwIfAborted(signal);
    const { from, to } = tensors.get(name)!.tensor;
    return file.read(from, to);
  });
  const tensor = async (name: string): Promise<FileTensor | null> => {
    const found = tensors.get(name);
    if (!found) return null;
    const { type, shape } = found.tensor;
    const bytes = await parts.read(name);
    onProgress?.(Math.min(header.bytes.byteLength + parts.loaded(), file.size), file.size);
    const heads = found.pairedHeads;
    const rows = shape[0]!;
    if (heads === null) return decodeBlocks(type, shape, bytes);
    if (rows % (2 * heads) !== 0) {
      throw new UserError(
        'bad-model',
        `${file.name}: ${rows} rows of ${found.tensor.name} do not fill ${heads} heads.`,
      );
    }
    return decodeBlocks(type, shape, unpairRows(bytes, rows, heads));
  };
  return {
    fileOf: new Map([...tensors.keys()].map((name) => [name, file.name])),
    open: async () => ({
      bytes: file.size,
      held: 0,
      shapes: new Map(
        [...tensors].map(
          ([
            name,
            {
              tensor: { shape },
            },
          ]) => [name, shape],
        ),
      ),
      tensor,
      digest: parts.digest,
    }),
    ...quantisation(
      file.name,
      [...tensors.values()].map(({ tensor }) => tensor),
    ),
  };
}

/** What the reader must know: which numbers are analysed. */
function quantisation(name: string, tensors: readonly GgufTensor[]): Pick<WeightFiles, 'storedAs' | 'remark'> {
  const count = new Map<BlockType, number>();
  for (const { type, shape } of tensors) {
    if (isQuantised(type)) count.set(type, (count.get(type) ?? 0) + shape.reduce((size, axis) => size * axis, 1));
  }
  const types = [...count].sort((a, b) => b[1] - a[1]).map(([type]) => type);
  if (types.length === 0) return {};
  const remark = `The weights of ${name} are quantised (${types.join(', ')}): what is analysed is this quantised model, which differs from the original one.`;
  return { storedAs: types[0]!, remark };
}
