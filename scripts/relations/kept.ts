// Decoded relations as they lie in docs/relations, one file a model: what docs/RELATIONS.md and the relation part of docs/FAITHFULNESS.md are made of.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { BetaScores, ModelInfo, RelationRequest, RelationResult } from '../../src/engine/protocol';
import { titleOf } from '../lib/modelTitle';

export interface KeptRelation
  extends Pick<
      RelationRequest,
      'template' | 'splits' | 'seed' | 'beta' | 'layers' | 'layer' | 'editRank' | 'onlyKnown'
    >,
    Pick<RelationResult, 'scores' | 'causality' | 'model' | 'notes'> {
  readonly name: string;
  /** Rows of its table. */
  readonly facts: number;
  readonly betas: readonly BetaScores[];
}

export interface KeptRelations {
  /** Of the file. */
  readonly name: string;
  readonly title: string;
  readonly device: string;
  readonly relations: readonly KeptRelation[];
}

const folder = 'docs/relations';

export function readRelations(name: string): KeptRelations | null {
  const file = `${folder}/${name}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KeptRelations) : null;
}

export function allRelations(): KeptRelations[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')));
}

export function keepRelations(kept: KeptRelations): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${kept.name}.json`, `${JSON.stringify(kept)}\n`);
}

/** What is kept of one result. Subjects and directions are not: they are for looking at. */
export function shortened(name: string, request: RelationRequest, result: RelationResult): KeptRelation {
  const { template, splits, seed, beta, layers, layer, editRank, onlyKnown, facts } = request;
  const { scores, causality, model, notes, betas = [] } = result;
  return {
    name,
    facts: facts.length,
    ...{ template, splits, seed, beta, layers, layer, editRank, onlyKnown },
    ...{ scores, causality, model, notes, betas },
  };
}

/** The same relations with these in the place of, or behind, those of the same name. */
export function withRelations(
  old: KeptRelations | null,
  name: string,
  model: ModelInfo,
  now: readonly KeptRelation[],
): KeptRelations {
  const rows = new Map([...(old?.relations ?? []), ...now].map((row) => [row.name, row]));
  return { name, title: titleOf(name, model), device: model.device.name, relations: [...rows.values()] };
}
