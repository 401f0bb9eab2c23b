// The prompts that the models are tested on: the embedded models' world, and prompts with hand-marked evidence for real models.

import { readFileSync } from 'node:fs';
import { readMarked } from '../../src/analysis/markedPrompts';
import type { StudyPrompt } from '../../src/analysis/study';
import { families, usable, worldPrompt, worldSentences } from '../../src/analysis/worldItems';
import type { Masking, ModelAddress, ModelInfo } from '../../src/engine/protocol';

export interface PromptSet {
  readonly name: string;
  readonly title: string;
  readonly prompts: readonly StudyPrompt[];
}

/** A model under test, as `--models` names it. */
export interface Subject {
  /** Of its results: docs/faithfulness/<name>.json. */
  readonly name: string;
  readonly address: ModelAddress;
  readonly sets: () => readonly PromptSet[];
  readonly masking: (model: ModelInfo) => Masking;
  /** Whether masked runs are affordable on many prompts. */
  readonly small: boolean;
}

function embedded(name: string): Subject {
  return {
    name,
    address: { kind: 'embedded', name },
    sets: () => worldSets(name),
    // What these two were trained to meet in a sentence, so that a masked prompt is not strange to them.
    masking: ({ causal }) => (causal ? 'unknown' : 'mask'),
    small: true,
  };
}

export const embeddedSubjects: readonly Subject[] = ['tiny-world', 'tiny-world-encoder'].map(embedded);

/** A decoder from a folder, on the marked prompts. */
export function realSubject(name: string, path: string): Subject {
  return { name, address: { kind: 'folder', path }, sets: markedSets, masking: () => 'zero', small: false };
}

function worldSets(name: string): PromptSet[] {
  const sentences = worldSentences(JSON.parse(readFileSync(`public/models/${name}/world.json`, 'utf8')));
  return Object.entries(families).map(([family, title]) => ({
    name: family,
    title,
    prompts: sentences.filter((sentence) => sentence.family === family && usable(sentence)).map(worldPrompt),
  }));
}

function markedSets(): PromptSet[] {
  return [
    { name: 'indirect', title: 'Indirect', prompts: lines('indirect').map(indirectPrompt) },
    { name: 'decoys', title: 'Decoys', prompts: lines('decoys').map(decoyPrompt) },
  ];
}

const lines = (file: string) => readFileSync(`fixtures/prompts/${file}.txt`, 'utf8').split('\n').filter(Boolean);

/** What a piece spells, without its space. */
const spelt = (piece: string) => piece.replace(/^␣/, '');

/** "Rome|We spent our holidays in [Italy]. … the capital,": the first token of the answer counts. */
function indirectPrompt(line: string): StudyPrompt {
  const bar = line.indexOf('|');
  const { text, evidence } = readMarked(line.slice(bar + 1));
  const right = (piece: string) => spelt(piece) !== '' && line.slice(0, bar).startsWith(spelt(piece));
  return { input: { text }, answer: null, right, foils: [], responsible: { ranges: evidence } };
}

/** The predicted word must be the marked one. */
function decoyPrompt(line: string): StudyPrompt {
  const { text, evidence, decoys } = readMarked(line);
  const [start, end] = evidence[0]!;
  const right = (piece: string) => spelt(piece) !== '' && text.slice(start, end).startsWith(spelt(piece));
  return { input: { text }, answer: null, right, foils: [], responsible: { ranges: evidence }, decoys };
}
