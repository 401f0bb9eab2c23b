// The relations of the embedded models' small world, as world.json beside each of them tells them. Pure.

import * as v from 'valibot';
import type { Fact } from '../../engine/protocol';
import { UserError } from '../../tensor/errors';

export interface WorldRelation {
  /** "city_country". */
  readonly name: string;
  /** With {} for the subject. */
  readonly templates: readonly string[];
  readonly facts: readonly Fact[];
}

const word = v.pipe(v.string(), v.maxLength(200));
const schema = v.looseObject({
  relations: v.pipe(
    v.record(
      word,
      v.looseObject({
        templates: v.pipe(v.array(v.pipe(v.string(), v.maxLength(2_000), v.includes('{s}'))), v.minLength(1)),
        facts: v.record(word, word),
      }),
    ),
    v.check((relations) => Object.keys(relations).length > 0, 'it has no relations'),
  ),
});

/** UserError 'bad-model' when the file is not what it should be. */
export function worldRelations(json: unknown): WorldRelation[] {
  const parsed = v.safeParse(schema, json);
  if (!parsed.success) {
    throw new UserError('bad-model', `world.json cannot be read: ${parsed.issues[0].message}.`);
  }
  return Object.entries(parsed.output.relations).map(([name, { templates, facts }]) => ({
    name,
    templates: templates.map((template) => template.replaceAll('{s}', '{}')),
    facts: Object.entries(facts).map(([subject, object]) => ({ subject, object })),
  }));
}
