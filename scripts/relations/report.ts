// Decoded relations as a page in Markdown: how often each decoder says what the model says. Pure.

import type { ModelInfo, Rate, RelationRequest, RelationResult } from '../../src/engine/protocol';
import { decoders, edits, layerWords } from '../../src/views/relations/words';

export interface Decoded {
  readonly name: string;
  readonly request: RelationRequest;
  readonly result: RelationResult;
}

const share = ({ value, low, high }: Rate) => `${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

export function report(model: ModelInfo, decoded: readonly Decoded[]): string {
  const [first] = decoded;
  if (!first) return '';
  const { splits, seed, beta, layers } = first.request;
  const parts = [
    '# Relations',
    `Made by \`npm run relations\` with ${model.title} (${model.id}). A decoder is made from some subjects of a relation and tested on the others: how often it says what the model says, with Wilson's 95 % interval for as many trials as there are different subjects. ${splits} split${splits === 1 ? '' : 's'}, seed ${seed}, β = ${beta}; only subjects that the model itself answers. Definitions: formulas.md, "Relations".`,
  ];
  for (const layer of layers) {
    const scoresOf = ({ result }: Decoded) => result.scores.find((each) => each.layer === layer)!;
    const names = scoresOf(first).decoders.map(({ decoder }) => decoder);
    const rows = decoded.map((each) => {
      const { training, decoders: scores } = scoresOf(each);
      const trials = scores[0]!.faithfulness;
      return [
        each.name,
        String(training),
        String(trials.subjects),
        ...names.map((name) => share(scores.find(({ decoder }) => decoder === name)!.faithfulness)),
      ];
    });
    const header = ['relation', 'made from', 'tested on', ...names.map((name) => decoders[name].title)];
    parts.push(`## Subject read at: ${layerWords(layer)}`, table(header, rows));
  }
  const edited = decoded.filter(({ result }) => result.causality.length > 0);
  if (edited.length > 0) {
    const kinds = edited[0]!.result.causality.map(({ edit }) => edit);
    const rows = edited.map(({ name, result }) => [
      name,
      ...kinds.map((kind) => share(result.causality.find(({ edit }) => edit === kind)!.rate)),
    ]);
    parts.push(
      `## Editing the subject (${layerWords(first.request.layer)}, rank ${first.request.editRank})`,
      'How often the model then says another subject’s object.',
      table(['relation', ...kinds.map((kind) => edits[kind].title)], rows),
    );
  }
  const notes = decoded.flatMap(({ name, result }) => result.notes.map((note) => `- ${name}: ${note}`));
  if (notes.length > 0) parts.push('## Left out', notes.join('\n'));
  return `${parts.join('\n\n')}\n`;
}
