// Every supported architecture family, in one table.

import * as v from 'valibot';
import { UserError } from '../../tensor/errors';
import { type ArchitectureFamily, checkConfig, type ModelSpec } from '../spec';
import { bert } from './bert';
import { bloom } from './bloom';
import { deit } from './deit';
import { dinov2 } from './dinov2';
import { distilbert } from './distilbert';
import { electra } from './electra';
import { falcon } from './falcon';
import { refuse } from './fields';
import { gemma } from './gemma';
import { gemma2 } from './gemma2';
import { gemma3 } from './gemma3';
import { gpt2 } from './gpt2';
import { gptj } from './gptj';
import { gptNeo } from './gptNeo';
import { gptNeox } from './gptNeox';
import { llama } from './llama';
import { mistral } from './mistral';
import { opt } from './opt';
import { phi } from './phi';
import { phi3 } from './phi3';
import { qwen2 } from './qwen2';
import { qwen3 } from './qwen3';
import { roberta } from './roberta';
import { vit } from './vit';

export const families: readonly ArchitectureFamily[] = [
  gpt2,
  gptNeo,
  gptNeox,
  gptj,
  opt,
  bloom,
  falcon,
  llama,
  mistral,
  qwen2,
  qwen3,
  phi,
  phi3,
  gemma,
  gemma2,
  gemma3,
  bert,
  roberta,
  distilbert,
  electra,
  vit,
  deit,
  dinov2,
];

const typed = v.object(
  {
    model_type: v.string('It must name the architecture, for example "gpt2"'),
    architectures: v.nullish(v.array(v.string('It must be a list of names'), 'It must be a list of names')),
  },
  'It must be a JSON object',
);

/** Heads that decoders may have in place of the vocabulary's: without one the embeddings would pass for it. */
const otherHead = /For(SequenceClassification|TokenClassification|QuestionAnswering)$/;

/** Reads a parsed config.json. UserError 'unsupported-model' names the type and lists what is supported; 'bad-model' names a bad entry. */
export function specOf(config: unknown, tensorNames: ReadonlySet<string>): ModelSpec {
  const { model_type: type, architectures } = checkConfig(typed, config);
  const family = families.find(({ modelTypes }) => modelTypes.includes(type));
  if (family) {
    const spec = family.spec(config, tensorNames);
    const other = architectures?.find((name) => otherHead.test(name));
    refuse(
      spec.causal && other !== undefined,
      `architectures is ${other}; models of type "${type}" are supported with their language-model head only`,
    );
    return spec;
  }
  const supported = families.map(({ name, modelTypes }) => `${name} (${modelTypes.join(', ')})`).join(', ');
  throw new UserError(
    'unsupported-model',
    `Models of type "${type}" are not supported yet; supported are ${supported}.`,
  );
}
