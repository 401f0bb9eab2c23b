// docs/FAITHFULNESS.md from the figures: tables as they are, and sentences that are counted from the tables, so that none claims more.

import type { Interval } from '../../src/analysis/intervals';
import type { KeptRelations } from '../relations/kept';
import { relationSummary } from '../relations/report';
import type { ModelResult, SetResult, Table } from './measure';

export function report(results: readonly ModelResult[], relations: readonly KeptRelations[] = []): string {
  const sections = [
    opening(),
    ...results.map(modelSection),
    againstFirstModel(results),
    relationSummary(relations),
    limits(),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function opening(): string {
  return `# Faithfulness, measured

Written by \`npm run faithfulness\` from the figures in [faithfulness/](faithfulness); do not edit by hand. Two questions are kept apart, since they are known to
disagree:

* **Localisation.** Which token does a map rank first, and is it one that is known to be responsible? In the embedded models' world the responsible tokens
  are known by construction: the subject of a fact, the word that followed before, the other person, the head noun. In the prompts for a real model they are marked by hand
  ([fixtures/prompts](../fixtures/prompts)): *Indirect*, the answer does not stand in the prompt, and what it follows from lies 29 to 40 tokens back; *Decoys*, the
  predicted word stands twice, once where it matters and once in an unrelated sentence.
* **Deletion.** Tokens are masked in the order of a map, most relevant first (MoRF) or least relevant first (LeRF), and the probability of the answer is read
  again. The area under each curve is divided by its range, so it is a mean height; **LeRF − MoRF** is larger for a better order. It asks how an *order*
  acts on a model that is given inputs with holes; a map may point at the right token and still order the others badly, and the other way round.

Masked are all tokens but special ones, the answering one, and a decoder's first. \`⌈f M⌉\` of \`M\` such tokens are masked at fraction \`f\`: 0, .1 … .9, or 0, .05 … .3
(of real models 0, .1, .2, .3, for each masked prompt costs seconds); positions and length stay. Equal scores are ordered by a seeded shuffle. *Distance-matched*: scores are compared only within bins of about four neighbours, and
every map takes its next token from the same bin, so that a preference for near tokens earns nothing. Controls: random orders (mean of three), recency (nearer = more
relevant), a word match without any network (embedding of the token times unembedding of the answer), and the true effect of removing each token alone (an oracle for
single removals that costs one run a token).

Brackets are 95 % intervals: Wilson's for rates; elsewhere the percentile bootstrap over prompts, 10,000 resamples, seeded; differences are paired by prompt.
They are not corrected for the many comparisons, and prompts made from the same template are less independent than they are counted. Every prompt counts
only if the model answers it rightly. Gate rule \`half\`; T's rows are for the direction that is named.`;
}

function modelSection(result: ModelResult): string {
  const { title, device, maskedBy, sets, missing } = result;
  const parts = [`## ${title}`];
  parts.push(
    `Computed on: ${device}. Masked tokens become ${code(maskedBy)}.`,
    table(
      ['', ...sets.map((set) => set.title)],
      [
        ['prompts (answered rightly, of)', ...sets.map(({ prompts, of }) => `${prompts}, ${of}`)],
        ['tokens that may be masked, mean', ...sets.map(({ eligible }) => eligible.toFixed(1))],
        ['probability of the answer, mean', ...sets.map(({ probability }) => probability.toFixed(2))],
      ],
    ),
    '### Localisation: the top token is a responsible one',
    hitTable(result, (set) => set.hits, true),
    hitSentences(result),
  );
  if (sets.some(({ overDecoys }) => overDecoys.length > 0)) {
    parts.push(
      '### The responsible occurrence of a word is above a decoy',
      hitTable(
        { ...result, sets: sets.filter(({ overDecoys }) => overDecoys.length > 0) },
        (set) => set.overDecoys,
        false,
      ),
      'By construction a map that looks at words alone has .50 here (up to rounding), and recency has the share of prompts whose evidence stands last.',
    );
  }
  const deletedSets = sets.filter(({ tables }) => tables.length > 0);
  const kept = deletedSets[0]?.tables ?? [];
  const deleted = new Set(kept[0]?.rows.map(({ group }) => group));
  const left = deletedSets[0]?.hits.filter(({ group }) => !deleted.has(group)) ?? [];
  if (left.length > 0) parts.push(`Deletion was not run for ${list(left)}.`);
  const fewer = sets.filter(({ deleted }) => deleted !== undefined);
  for (const { title, deleted } of fewer)
    parts.push(`${title}: tokens were deleted from ${deleted} prompts, the first that count.`);
  if (kept.length > 0 && deletedSets.length < sets.length) {
    parts.push(`Deletion was run for ${deletedSets.map(({ title }) => title).join(', ')} alone.`);
  }
  const tested = { ...result, sets: deletedSets };
  for (const { setting, measure } of kept) {
    parts.push(`### LeRF − MoRF, fractions ${setting}, ${words[measure]}`, gapTable(tested, setting, measure));
    if (measure === 'probability') parts.push(gapSentences(tested, setting, measure));
  }
  if (kept[0]) {
    parts.push(`### MoRF / LeRF areas, fractions ${kept[0].setting}, probability`, areaTable(tested, kept[0].setting));
  }
  for (const [name, sentence] of Object.entries(missing)) parts.push(`${code(name)} is missing: ${sentence}`);
  return parts.filter((part) => part !== '').join('\n\n');
}

const words: Readonly<Record<Table['measure'], string>> = {
  probability: 'probability',
  relative: 'probability over that on the whole prompt',
  logProbability: 'log-probability (nats)',
  agreement: 'agreement with the first choice',
};

function hitTable({ sets }: ModelResult, rowsOf: (set: SetResult) => SetResult['hits'], chance: boolean): string {
  const groups = groupsIn(sets.flatMap((set) => rowsOf(set)));
  const rows = groups.map(({ group, label }) => [
    label,
    ...sets.map((set) => {
      const row = rowsOf(set).find((one) => one.group === group);
      return row ? rate(row.rate) : 'not run';
    }),
  ]);
  const drawn = ['*a token drawn at random, exactly*', ...sets.map((set) => share(set.chance))];
  return table(['', ...sets.map(({ title }) => title)], chance ? [...rows, drawn] : rows);
}

const tableOf = (set: SetResult, setting: string, measure: string) =>
  set.tables.find((one) => one.setting === setting && one.measure === measure)?.rows ?? [];

function gapTable({ sets }: ModelResult, setting: string, measure: string): string {
  const groups = groupsIn(sets.flatMap((set) => tableOf(set, setting, measure)));
  return table(
    ['', ...sets.map(({ title }) => title)],
    groups.map(({ group, label }) => [
      label,
      ...sets.map((set) => {
        const row = tableOf(set, setting, measure).find((one) => one.group === group);
        return row ? signedInterval(row.gap) : '';
      }),
    ]),
  );
}

function areaTable({ sets }: ModelResult, setting: string): string {
  const of = (set: SetResult) => tableOf(set, setting, 'probability');
  return table(
    ['', ...sets.map(({ title }) => title)],
    groupsIn(sets.flatMap(of)).map(({ group, label }) => [
      label,
      ...sets.map((set) => {
        const row = of(set).find((one) => one.group === group);
        return row ? `${share(row.morf.mean)} / ${share(row.lerf.mean)}` : '';
      }),
    ]),
  );
}

/** For every set, which rankings' intervals lie wholly above or below the reference's mean. */
function hitSentences({ sets, reference }: ModelResult): string {
  const lines = sets.map((set) => {
    const base = set.hits.find(({ group }) => group === reference);
    if (!base) return '';
    const above = set.hits.filter(({ rate: { low } }) => low > base.rate.high);
    const below = set.hits.filter(({ rate: { high } }) => high < base.rate.low);
    return `* ${set.title}: ${code(reference)} ${rate(base.rate)}. Whole interval above its interval: ${list(above)}; below: ${list(below)}.`;
  });
  return lines.filter(Boolean).join('\n');
}

/** For every set, the paired differences that leave zero out. */
function gapSentences({ sets, reference }: ModelResult, setting: string, measure: string): string {
  const lines = sets.map((set) => {
    const rows = tableOf(set, setting, measure);
    const better = rows.filter(({ against }) => against && against.low > 0);
    const worse = rows.filter(({ against }) => against && against.high < 0);
    const open = rows.filter(({ against }) => against && against.low <= 0 && against.high >= 0);
    return `* ${set.title}: larger than ${code(reference)}’s (paired interval above 0): ${list(better)}; smaller: ${list(worse)}; not told apart: ${list(open)}.`;
  });
  return lines.join('\n');
}

function list(rows: readonly { readonly group: string }[]): string {
  return rows.length === 0 ? 'none' : rows.map(({ group }) => code(group)).join(', ');
}

/**
 * Localisation of the first model trained in this world, whose weights are not the committed ones (0.49 M parameters; 40 items a family, contrast class
 * vectors): the order of magnitude that the committed model's tables are compared with.
 */
const firstModel: Readonly<Record<string, readonly number[]>> = {
  'in_class:contrast': [1, 1, 1, 0.8, 1],
  rollout: [0.82, 0.78, 1, 0.45, 1],
  flow: [0.5, 0.53, 0.42, 0.33, 0.12],
};

function againstFirstModel(results: readonly ModelResult[]): string {
  const result = results.find(({ name }) => name === 'tiny-world');
  if (!result) return '';
  const rows = Object.entries(firstModel).map(([group, values]) => [
    code(group),
    ...result.sets.map((set, at) => {
      const found = set.hits.find((one) => one.group === group);
      return `${values[at]!.toFixed(2)} → ${found ? share(found.rate.mean) : ''}`;
    }),
  ]);
  const outside = Object.entries(firstModel).flatMap(([group, values]) =>
    result.sets.flatMap((set, at) => {
      const found = set.hits.find((one) => one.group === group)?.rate;
      return found && (values[at]! < found.low || values[at]! > found.high)
        ? [`${code(group)} on ${set.title.toLowerCase()} (${values[at]!.toFixed(2)} → ${rate(found)})`]
        : [];
    }),
  );
  const io = result.sets.find(({ name }) => name === 'indirect-object');
  const onIo = (group: string) => io?.hits.find((one) => one.group === group)?.rate;
  const [contrasted, plain] = [onIo('in_class:contrast'), onIo('in_class:logit')];
  return [
    '## Another training run of the same world',
    'Before the committed decoder there was another one, of the same world but another size and training run, evaluated with 40 items a family. Localisation, its values → the committed model’s:',
    table(['', ...result.sets.map(({ title }) => title)], rows),
    outside.length === 0
      ? 'None of the old values lies outside the new interval.'
      : `Old values outside the new interval: ${outside.join('; ')}. What a map finds depends on the circuit that a training run happened to form, and attention maps depend on it most: they are no property of the method alone. The report beside the model ([EVALUATION.md](../public/models/tiny-world/EVALUATION.md)), made by the training code in Python on other items, has the same picture.`,
    contrasted && plain && contrasted.high < plain.low
      ? `On indirect objects the contrast (receiver − giver) also credits tokens that speak against the giver, so its top token need not be the receiver’s: ${rate(contrasted)}. The same map without the foil, \`in_class:logit\`, has ${rate(plain)} there, and pays for it on facts, where the plain logit also rewards the relation’s words. No single class vector wins everywhere.`
      : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function limits(): string {
  return `## What these tables do not say

* They are about these models and prompts. Differences between neighbouring rows are mostly inside the intervals.
* A high LeRF − MoRF is no evidence that a map names the tokens a person would hold responsible, and a hit is no evidence that the rest of the row is right.
* Where the word match is level with T, the set does not show that T reads more than words.
* The indirect prompts were chosen by a removal test (a zero embedding in place of the evidence at least halves the answer's probability), which favours
  the removal of single tokens; they and the decoys are one author's, many made from the same template.
* Masked prompts are prompts that the models rarely or never saw; another mask gives other curves.
* T is an account of the value at this input with attention frozen. It was not made to predict removals: the true removal of single tokens, which costs
  one run a token, is by construction the best first removal.`;
}

function groupsIn(
  rows: readonly { group: string; title: string; control: boolean }[],
): { group: string; label: string }[] {
  const labels = new Map<string, string>();
  for (const { group, title, control } of rows) labels.set(group, control ? `*${title}*` : title);
  return [...labels].map(([group, label]) => ({ group, label }));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string) => `\`${text}\``;
/** ".82", "1.00". */
const share = (value: number) => value.toFixed(2).replace(/^0\./, '.');
const rate = ({ mean, low, high }: Interval) => `${share(mean)} [${share(low)}, ${share(high)}]`;
const signed = (value: number) => `${value < 0 ? '−' : '+'}${share(Math.abs(value))}`;
const signedInterval = ({ mean, low, high }: Interval) => `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
