// A relation's result as tables of numbers: decoders by layer and number of training subjects, other β, edits, subjects. Pure.

import type { DecoderScore, Rate, RelationResult } from '../../engine/protocol';
import type { Table } from '../shared/table';
import { decoders, edits, layerWords } from './words';

export interface TitledTable extends Table {
  readonly name: string;
}

export function relationTables(result: RelationResult): TitledTable[] {
  const { scores, betas = [], causality, subjects } = result;
  return [
    ...scores.map(({ layer, training, decoders }) => ({
      name: `Decoders, ${layerWords(layer)}, ${training} training subjects`,
      ...scoreTable(decoders),
    })),
    ...betas.map(({ beta, decoders }) => ({ name: `Decoders, β = ${beta}`, ...scoreTable(decoders) })),
    ...(causality.length === 0
      ? []
      : [
          {
            name: 'Editing the subject',
            header: ['change', ...rateHeader('says the other object')],
            rows: causality.map(({ edit, rate }) => [edits[edit].title, ...rateCells(rate)]),
          },
        ]),
    ...(subjects.length === 0 ? [] : [{ name: 'Subjects', ...subjectTable(result) }]),
  ];
}

function scoreTable(scores: readonly DecoderScore[]): Table {
  return {
    header: ['decoder', ...rateHeader('says what the model says'), ...rateHeader('right')],
    rows: scores.map(({ decoder, faithfulness, accuracy }) => [
      decoders[decoder].title,
      ...rateCells(faithfulness),
      ...rateCells(accuracy),
    ]),
  };
}

function rateHeader(what: string): string[] {
  return ['', ', 95 % from', ', 95 % to', ', worst split', ', best split', ', subjects'].map((end) => what + end);
}

const rateCells = ({ value, low, high, lowest, highest, subjects }: Rate) => [
  value,
  low,
  high,
  lowest,
  highest,
  subjects,
];

function subjectTable({ subjects }: RelationResult): Table {
  const names = [...new Set(subjects.flatMap(({ decoded }) => decoded.map(({ decoder }) => decoder)))];
  return {
    header: ['subject', 'object', 'the model says', 'probability', ...names.map((name) => decoders[name].title)],
    rows: subjects.map(({ subject, object, predicted, decoded }) => [
      subject,
      object,
      predicted.piece,
      predicted.probability,
      ...names.map((name) => decoded.find(({ decoder }) => decoder === name)?.piece ?? ''),
    ]),
  };
}

/** Faithfulness by β: a row a decoder. */
export function betaTable({ betas = [] }: Pick<RelationResult, 'betas'>, cell: (rate: Rate) => string): Table {
  return {
    header: ['decoder', ...betas.map(({ beta }) => `β = ${beta}`)],
    rows: (betas[0]?.decoders ?? []).map(({ decoder }) => [
      decoders[decoder].title,
      ...betas.map((each) => cell(each.decoders.find((one) => one.decoder === decoder)!.faithfulness)),
    ]),
  };
}
