// The room of relations in a link: its settings as JSON, defaults left out. A table too long for a link is left out too; the page says so.

import * as v from 'valibot';

export interface RelationSettings {
  /** Of the embedded world, by its name; null: the reader's own. */
  readonly name: string | null;
  /** With {} for the subject; null: the relation's first. */
  readonly template: string | null;
  /** The reader's own facts as CSV; null: those that the page begins with. */
  readonly table: string | null;
  /** The block before which the subject is read; 0 is its embedding. */
  readonly layer: number;
  readonly training: number;
  readonly splits: number;
  readonly seed: number;
  readonly beta: number;
  readonly rank: number | null;
  readonly editRank: number;
  readonly onlyKnown: boolean;
  /** Decoders are made from the Jacobian too. */
  readonly jacobian: boolean;
  /** All blocks are swept. */
  readonly sweep: boolean;
}

export const defaultRelation: RelationSettings = {
  name: null,
  template: null,
  table: null,
  layer: 0,
  training: 6,
  splits: 3,
  seed: 1,
  beta: 1,
  rank: null,
  editRank: 24,
  onlyKnown: true,
  jacobian: true,
  sweep: false,
};

/** Of the table, in characters. */
export const maxLinkedTable = 6_000;

const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(most));
const text = (most: number) => v.nullable(v.pipe(v.string(), v.maxLength(most)));

const shape = v.strictObject({
  name: v.optional(text(100), defaultRelation.name),
  template: v.optional(text(2_000), defaultRelation.template),
  table: v.optional(text(maxLinkedTable), defaultRelation.table),
  layer: v.optional(count(9_999), defaultRelation.layer),
  training: v.optional(count(64), defaultRelation.training),
  splits: v.optional(count(20), defaultRelation.splits),
  seed: v.optional(count(1_000_000), defaultRelation.seed),
  beta: v.optional(v.pipe(v.number(), v.minValue(-100), v.maxValue(100)), defaultRelation.beta),
  rank: v.optional(v.nullable(count(100_000)), defaultRelation.rank),
  editRank: v.optional(count(100_000), defaultRelation.editRank),
  onlyKnown: v.optional(v.boolean(), defaultRelation.onlyKnown),
  jacobian: v.optional(v.boolean(), defaultRelation.jacobian),
  sweep: v.optional(v.boolean(), defaultRelation.sweep),
});

export const relationSchema: v.GenericSchema<string, RelationSettings> = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): unknown => {
    try {
      const value: unknown = JSON.parse(dataset.value);
      if (!Array.isArray(value)) return value;
      addIssue({ message: 'a list' });
      return NEVER;
    } catch {
      addIssue({ message: 'no JSON' });
      return NEVER;
    }
  }),
  shape,
);

export function writeRelation(settings: RelationSettings): string {
  const kept = Object.entries(settings).filter(([key, value]) => {
    if (value === defaultRelation[key as keyof RelationSettings]) return false;
    return key !== 'table' || (value as string).length <= maxLinkedTable;
  });
  return JSON.stringify(Object.fromEntries(kept));
}
