// What is decoded and how: relation or own table, prompt, layer, and the numbers of the decoders.

import { useRef, useState } from 'react';
import { maxTableLength, readTable, writeTable } from '../../analysis/relations/table';
import type { WorldRelation } from '../../analysis/relations/world';
import type { ModelInfo } from '../../engine/protocol';
import { maxLinkedTable, type RelationSettings } from '../../share/relation';
import { layerWords } from '../../views/relations/words';
import { Field, Toggle } from '../shared/Field';
import { NumberField } from '../shared/NumberField';
import { countedOptions, SelectField } from '../shared/Select';

interface FormProps {
  readonly settings: RelationSettings;
  readonly offered: readonly WorldRelation[];
  readonly chosen: WorldRelation | null;
  readonly model: ModelInfo | null;
  readonly onChange: (patch: Partial<RelationSettings>) => void;
  readonly onDecode: () => void;
  readonly ready: boolean;
  readonly busy: boolean;
}

export function RelationForm({ settings, offered, chosen, model, onChange, onDecode, ready, busy }: FormProps) {
  const blocks = model?.blocks ?? 1;
  const template = settings.template ?? chosen?.templates[0] ?? '';
  return (
    <form
      className="relations-form"
      onSubmit={(event) => {
        event.preventDefault();
        onDecode();
      }}
    >
      <SelectField
        label="Relation"
        options={[
          ...offered.map(({ name, facts }) => ({ value: name, text: `${name.replace('_', ' → ')} (${facts.length})` })),
          { value: null, text: 'own table' },
        ]}
        value={chosen?.name ?? null}
        onChange={(name) => {
          if (name !== null) return onChange({ name, table: null, template: null });
          onChange({ table: chosen ? writeTable(chosen.facts) : '', template });
        }}
      />
      <Field label="Prompt" hint="With {} for the subject.">
        <input
          className="input relations-template"
          value={template}
          aria-label="Prompt of the relation, with {} for the subject"
          list="relation-templates"
          maxLength={2000}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange({ template: target.value })}
        />
        <datalist id="relation-templates">
          {chosen?.templates.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
      </Field>
      {settings.table !== null && <OwnTable table={settings.table} onChange={(table) => onChange({ table })} />}
      <SelectField
        label="Subject read at"
        hint="The residual stream before this block, at the subject’s last token."
        options={countedOptions(blocks, layerWords)}
        value={Math.min(settings.layer, blocks - 1)}
        onChange={(layer) => onChange({ layer })}
      />
      <NumberField
        label="Training subjects"
        hint="Subjects that a decoder is made from."
        value={settings.training}
        range={[1, 64]}
        onChange={(training) => onChange({ training: training ?? 6 })}
      />
      <NumberField
        label="β"
        hint="Factor of W s; b stays."
        value={settings.beta}
        range={[-100, 100]}
        step={0.25}
        onChange={(beta) => onChange({ beta: beta ?? 1 })}
      />
      <NumberField
        label="Rank"
        hint="Only the largest singular directions of W decode; empty: all."
        value={settings.rank}
        range={[1, model?.dModel ?? 4096]}
        onChange={(rank) => onChange({ rank })}
      />
      <NumberField
        label="Edit rank"
        hint="Rank of the inverse that edits the subject."
        value={settings.editRank}
        range={[1, model?.dModel ?? 4096]}
        onChange={(editRank) => onChange({ editRank: editRank ?? 24 })}
      />
      <NumberField
        label="Splits"
        hint="How often training subjects are drawn."
        value={settings.splits}
        range={[1, 20]}
        onChange={(splits) => onChange({ splits: splits ?? 3 })}
      />
      <NumberField
        label="Seed"
        hint="Of the splits, the targets and the random control."
        value={settings.seed}
        range={[0, 1_000_000]}
        onChange={(seed) => onChange({ seed: seed ?? 1 })}
      />
      <Toggle
        label="Only what the model knows"
        hint="Subjects whose object the model itself does not predict are left out."
        checked={settings.onlyKnown}
        onChange={(onlyKnown) => onChange({ onlyKnown })}
      />
      <Toggle
        label="Jacobian too"
        hint="Decoders from the mean Jacobian (LRE) beside those from the tensor: about twice the work."
        checked={settings.jacobian}
        onChange={(jacobian) => onChange({ jacobian })}
      />
      <button type="submit" className="button primary" disabled={!ready || busy}>
        Decode
      </button>
    </form>
  );
}

function OwnTable({ table, onChange }: { readonly table: string; readonly onChange: (table: string) => void }) {
  const file = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const read = reading(table);
  return (
    <div className="relations-table">
      <textarea
        className="input"
        aria-label="Table of subjects and objects"
        aria-invalid={read.error !== null}
        aria-describedby="relation-table-note"
        rows={8}
        spellCheck={false}
        autoComplete="off"
        placeholder={'france,paris\nitaly,rome'}
        value={table}
        onChange={({ target }) => {
          setProblem(null);
          onChange(target.value);
        }}
      />
      <div>
        <input
          ref={file}
          className="unseen"
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/plain"
          aria-label="CSV file"
          tabIndex={-1}
          onChange={async ({ target }) => {
            const [chosen] = target.files ?? [];
            target.value = '';
            if (!chosen) return;
            if (chosen.size > 4 * maxTableLength) {
              return setProblem(`${chosen.name} has ${chosen.size} bytes, the limit is ${4 * maxTableLength}.`);
            }
            setProblem(null);
            onChange(await chosen.text());
          }}
        />
        <button type="button" className="button" onClick={() => file.current?.click()}>
          Open CSV…
        </button>
        <p id="relation-table-note" className="note" role="status">
          {problem ?? read.error ?? `${read.facts} subjects.`} {problem === null && read.notes.join(' ')}
          {table.length > maxLinkedTable &&
            ` This table is too long for a link (over ${maxLinkedTable} characters): a link to this page will not hold it.`}
        </p>
      </div>
    </div>
  );
}

function reading(table: string): {
  readonly facts: number;
  readonly notes: readonly string[];
  readonly error: string | null;
} {
  try {
    const { facts, notes } = readTable(table);
    return { facts: facts.length, notes, error: null };
  } catch (error) {
    return { facts: 0, notes: [], error: error instanceof Error ? error.message : String(error) };
  }
}
