// Decoded relations as a page in Markdown: how often each decoder says what the model says, and what is true. Pure.

import { wilson } from '../../src/analysis/relations/rate';
import type { DecoderName, DecoderScore, Rate, RelationScores } from '../../src/engine/protocol';
import { decoders, edits, layerWords } from '../../src/views/relations/words';
import type { KeptRelation, KeptRelations } from './kept';

type Measure = keyof Pick<DecoderScore, 'faithfulness' | 'accuracy'>;

export function report(models: readonly KeptRelations[]): string {
  const parts = [
    '# Relations',
    `Written by \`npm run relations -- --write\` from the figures in [relations/](relations); do not edit by hand. A decoder is made from some subjects of a relation and tested on the others: how often it says what the model says (faithfulness), and what is true (accuracy), with Wilson's 95 % interval for as many trials as there are different subjects. Definitions: formulas.md, "Relations".`,
    ...models.flatMap(modelParts),
  ];
  return `${parts.join('\n\n')}\n`;
}

function modelParts({ title, device, relations }: KeptRelations): string[] {
  const [first] = relations;
  if (!first) return [];
  const { splits, seed, beta, onlyKnown, layers, layer, editRank } = first;
  const subjects = onlyKnown
    ? 'only subjects that the model itself answers, so faithfulness and accuracy are one number'
    : 'all subjects, also those that the model answers otherwise';
  const measures = measuresOf(onlyKnown);
  const parts = [
    `## ${title}`,
    `Computed on: ${device}. ${splits} split${splits === 1 ? '' : 's'}, seed ${seed}, β = ${beta}; ${subjects}.`,
    table(
      ['relation', 'prompt', 'subjects', 'the model is right'],
      relations.map((each) => [each.name, `“${each.template}”`, String(each.facts), share(each.model)]),
    ),
  ];
  for (const layer of layers) {
    parts.push(`### Subject read at: ${layerWords(layer)}`);
    for (const measure of measures) {
      if (measures.length > 1) parts.push(`${measureWords[measure]}:`);
      parts.push(scoreTable(relations, layer, measure));
    }
  }
  parts.push(...betaParts(relations));
  const edited = relations.filter(({ causality }) => causality.length > 0);
  if (edited.length > 0) {
    const kinds = edited[0]!.causality.map(({ edit }) => edit);
    const rows = edited.map((each) => [
      each.name,
      ...kinds.map((kind) => share(each.causality.find(({ edit }) => edit === kind)!.rate)),
    ]);
    parts.push(
      `### Editing the subject (${layerWords(layer)}, rank ${editRank})`,
      'How often the model then says another subject’s object.',
      table(['relation', ...kinds.map((kind) => edits[kind].title)], rows),
    );
  }
  const notes = relations.flatMap(({ name, notes }) => notes.map((note) => `- ${name}: ${note}`));
  if (notes.length > 0) parts.push('### Left out', notes.join('\n'));
  return parts;
}

/** Of subjects that the model answers rightly, what it says and what is true are the same. */
const measuresOf = (onlyKnown: boolean): readonly Measure[] =>
  onlyKnown ? ['faithfulness'] : ['faithfulness', 'accuracy'];

const measureWords: Readonly<Record<Measure, string>> = {
  faithfulness: 'Says what the model says',
  accuracy: 'Says what is true',
};

/** Of the most training subjects, the last. */
function scoresAt({ scores }: KeptRelation, layer: number): RelationScores {
  return scores.findLast((each) => each.layer === layer)!;
}

const namesAt = (relations: readonly KeptRelation[], layer: number) =>
  scoresAt(relations[0]!, layer).decoders.map(({ decoder }) => decoder);

function scoreTable(relations: readonly KeptRelation[], layer: number, measure: Measure): string {
  const names = namesAt(relations, layer);
  const rows = relations.map((each) => {
    const { training, decoders } = scoresAt(each, layer);
    return [
      each.name,
      String(training),
      String(decoders[0]!.faithfulness.subjects),
      ...names.map((name) => share(decoders.find(({ decoder }) => decoder === name)![measure])),
    ];
  });
  return table(['relation', 'made from', 'tested on', ...names.map((name) => decoders[name].title)], rows);
}

/** Faithfulness by β: the same operators, other factors of W s. */
function betaParts(relations: readonly KeptRelation[]): string[] {
  const [first] = relations;
  if (!first || first.betas.length === 0) return [];
  const betas = first.betas.map(({ beta }) => beta);
  const kinds = first.betas[0]!.decoders.map(({ decoder }) => decoder);
  return kinds.flatMap((kind) => [
    `### Other β, ${decoders[kind].title} (${layerWords(first.layer)})`,
    table(
      ['relation', ...betas.map((beta) => `β = ${beta}`)],
      relations.map((each) => [
        each.name,
        ...betas.map((beta) => {
          const scores = each.betas.find((one) => one.beta === beta);
          return share(scores!.decoders.find(({ decoder }) => decoder === kind)!.faithfulness);
        }),
      ]),
    ),
  ]);
}

/**
 * For docs/FAITHFULNESS.md: every model's relations taken together, decoder by layer, and which decoders are not below the tensor's. Pooled: an interval
 * is Wilson's for as many trials as there are different subjects in all of them.
 */
export function relationSummary(models: readonly KeptRelations[]): string {
  const told = models.filter(({ relations }) => relations.length > 0);
  if (told.length === 0) return '';
  return [
    '## Relation decoding',
    'An affine map made from some subjects of a relation is tested on the others ([RELATIONS.md](RELATIONS.md): every relation by itself; formulas.md 9). Here all relations of a model are taken together: the share of the held-out subjects for which a decoder says what the model says (faithfulness), and what is true (accuracy), by the block before which the subject is read.',
    ...told.flatMap(summaryParts),
  ].join('\n\n');
}

function summaryParts({ title, relations }: KeptRelations): string[] {
  const { layers, onlyKnown } = relations[0]!;
  const names = namesAt(relations, layers[0]!);
  const measures = measuresOf(onlyKnown);
  const held = pooled(relations, layers[0]!, names[0]!, 'faithfulness').subjects;
  const rows = names.map((name) => [
    decoders[name].title,
    ...layers.flatMap((layer) => measures.map((measure) => share(pooled(relations, layer, name, measure)))),
  ]);
  const heads = layers.flatMap((layer) =>
    measures.map((measure) => `${layerWords(layer)}, ${onlyKnown ? 'faithfulness = accuracy' : measure}`),
  );
  const lines = layers.map((layer) => {
    const own = pooled(relations, layer, 'tensor', 'faithfulness');
    const others = names
      .filter((name) => name !== 'tensor')
      .map((name) => ({ name, rate: pooled(relations, layer, name, 'faithfulness') }));
    const level = others.filter(({ rate }) => rate.value >= own.value);
    const above = others.filter(({ rate }) => rate.low > own.high);
    return `* ${layerWords(layer)}: tensor ${share(own)}. At least as faithful: ${list(level)}; whole interval above: ${list(above)}.`;
  });
  const count = `${relations.length} relation${relations.length === 1 ? '' : 's'}`;
  return [
    `### ${title}`,
    `${count}, ${held} held-out subjects. ${
      onlyKnown
        ? 'Only subjects that the model itself answers rightly count, so the two measures are one.'
        : 'All subjects count, also those that the model answers otherwise.'
    }${names.includes('jacobian') ? '' : ' The Jacobian (LRE) was not run.'}`,
    table(['', ...heads], rows),
    lines.join('\n'),
  ];
}

const list = (all: readonly { readonly name: DecoderName }[]) =>
  all.length === 0 ? 'none' : all.map(({ name }) => decoders[name].title).join(', ');

function pooled(
  relations: readonly KeptRelation[],
  layer: number,
  name: DecoderName,
  measure: Measure,
): Pick<Rate, 'value' | 'low' | 'high' | 'subjects'> {
  const rates = relations.map(
    (each) => scoresAt(each, layer).decoders.find(({ decoder }) => decoder === name)![measure],
  );
  const total = (of: (rate: Rate) => number) => rates.reduce((sum, rate) => sum + of(rate), 0);
  const value = total((rate) => rate.value * rate.trials) / total(({ trials }) => trials);
  const subjects = total((rate) => rate.subjects);
  const [low, high] = wilson(value, subjects);
  return { value, low, high, subjects };
}

const share = ({ value, low, high }: Pick<Rate, 'value' | 'low' | 'high'>) =>
  `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
