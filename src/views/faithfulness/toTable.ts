// Deletion and localisation as tables of numbers. Pure.

import type { Interval } from '../../analysis/intervals';
import type { AreaRow } from '../../analysis/summary';
import type { Table } from '../shared/table';
import type { Series } from './layout';
import type { LocalisationTable } from './localisation';

/** Deletion curves: a row a ranking and an end, a column a fraction. */
export function toTable(series: readonly Series[], fractions: readonly number[]): Table {
  return {
    header: ['curve', ...fractions.map((fraction) => `${Math.round(fraction * 100)} %`)],
    rows: series.flatMap(({ title, morf, lerf }) => [
      [`${title}, MoRF`, ...morf.map(({ mean }) => mean)],
      [`${title}, LeRF`, ...lerf.map(({ mean }) => mean)],
    ]),
  };
}

const intervalHeader = (what: string) => [what, `${what}, 95 % from`, `${what}, 95 % to`];
const intervalCells = ({ mean, low, high }: Interval): (string | number)[] => [mean, low, high];
const noInterval = ['', '', ''];

/** Areas under the curves. `reference`: what differences are taken from, by its title; null: one prompt has none to judge. */
export function areaTable(areas: readonly AreaRow[], reference: string | null): Table {
  const many = reference !== null;
  return {
    header: [
      'ranking',
      ...['MoRF', 'LeRF', 'LeRF − MoRF', ...(many ? [`less ${reference}’s`] : [])].flatMap((what) =>
        many ? intervalHeader(what) : [what],
      ),
    ],
    rows: areas.map(({ title, morf, lerf, gap, against }) => [
      title,
      ...(many
        ? [morf, lerf, gap, ...(against ? [against] : [])].flatMap(intervalCells)
        : [morf.mean, lerf.mean, gap.mean]),
    ]),
  };
}

/** Share of the sentences whose first token is a responsible one: a row a ranking, three columns a family. */
export function localisationTable({ families, rows }: LocalisationTable): Table {
  return {
    header: ['ranking', ...families.flatMap(({ title }) => intervalHeader(title))],
    rows: [
      ...rows.map(({ title, rates }) => [title, ...rates.flatMap((rate) => (rate ? intervalCells(rate) : noInterval))]),
      ['a token drawn at random, exactly', ...families.flatMap(({ chance }) => [chance, '', ''])],
      ['sentences', ...families.flatMap(({ prompts }) => [prompts, '', ''])],
    ],
  };
}
