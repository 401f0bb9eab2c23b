// The model goes on with the prompt: step by step or many tokens at once, the most likely or drawn with a seed. Every token it writes can be explained
// like any other, against any of its alternatives.

import { useState } from 'react';
import { defaultGeneration, type GenerationSettings } from '../../share/generation';
import { inputKey, modelKey } from '../../share/settings';
import { useApp, useController } from '../context';
import { Field } from '../shared/Field';
import { formatBytes, formatProbability } from '../shared/format';
import './generation.css';
import { paceOf, useGeneration, type Written } from './useGeneration';

export default function GenerationPanel() {
  const { settings, run, live } = useApp(({ settings, run, live }) => ({ settings, run, live }));
  const controller = useController();
  const { generation, prompt, chat } = settings;
  const about = `${modelKey(settings)} ${inputKey({ ...settings, continued: [] })}`;
  const isShown = run !== null && run.origin === 'live' && (run.continued?.length ?? 0) > 0;
  const work = useGeneration(about, isShown ? run.summary : null);
  const [chosen, setChosen] = useState<number | null>(null);
  const { written, busy } = work;
  const at = chosen !== null && chosen < written.length ? chosen : null;
  const change = (patch: Partial<GenerationSettings>) =>
    controller.change({ generation: { ...generation, ...patch } }, 'replace');
  const go = (count: number) => {
    setChosen(null);
    void work.go({ text: prompt ?? '', chat }, generation, count);
  };
  /** The row of a written token: what came before it, at the position before it; `rival`: against this alternative. */
  const explain = (index: number, rival: number | null) => {
    const token = written[index]!;
    void controller.explainWritten(
      written.map(({ id }) => id),
      { pinned: [token.place - 1], class: token.id, ...(rival === null ? {} : contrast(rival)) },
    );
  };
  const ready = live && prompt !== null && prompt.trim() !== '';
  const pace = paceOf(written);
  return (
    <section className="strip generation" aria-label="Continuation" aria-busy={busy}>
      <div className="generation-tools">
        <button type="button" className="button small" disabled={!ready || busy || work.full} onClick={() => go(1)}>
          Step
        </button>
        {busy ? (
          <button type="button" className="button small" onClick={work.stop}>
            Stop
          </button>
        ) : (
          <button
            type="button"
            className="button small"
            disabled={!ready || work.full}
            onClick={() => go(generation.count)}
          >
            Write {generation.count} {generation.count === 1 ? 'token' : 'tokens'}
          </button>
        )}
        <button type="button" className="button small" disabled={busy || written.length === 0} onClick={work.back}>
          Take one back
        </button>
        <button type="button" className="button small" disabled={written.length === 0} onClick={work.clear}>
          Clear
        </button>
        <SamplingFields settings={generation} onChange={change} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would add a border and a legend to a line of text */}
      <div role="group" aria-label="Written by the model" className="tokens">
        {written.length === 0 && (
          <span className="dim">{ready ? 'Nothing is written yet.' : 'The model is being opened …'}</span>
        )}
        {written.map((token, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: the position is the token's identity
            key={index}
            type="button"
            className="token"
            aria-pressed={index === at}
            data-special={token.special}
            title={`p = ${token.probability.toPrecision(3)}; choose it to see its alternatives`}
            onClick={() => setChosen(index === at ? null : index)}
          >
            {token.piece} <small>{formatProbability(token.probability)}</small>
          </button>
        ))}
      </div>
      {at !== null && <Alternatives token={written[at]!} onExplain={(rival) => explain(at, rival)} />}
      <p className="note" role="status">
        {[
          work.end,
          pace === null ? null : `${pace >= 10 ? Math.round(pace) : pace.toFixed(1)} tokens/s`,
          work.keptBytes === 0 ? null : `${formatBytes(work.keptBytes)} of keys and values kept`,
        ]
          .filter((part) => part !== null)
          .join(' · ')}
      </p>
      {work.error !== null && (
        <p role="alert" className="generation-error">
          {work.error}
        </p>
      )}
    </section>
  );
}

const contrast = (rival: number) => ({ direction: 'contrast', rivals: [rival] }) as const;

function Alternatives({
  token,
  onExplain,
}: {
  readonly token: Written;
  readonly onExplain: (rival: number | null) => void;
}) {
  const others = token.alternatives.filter(({ id }) => id !== token.id).slice(0, 8);
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above
    <div role="group" aria-label={`Alternatives to ${token.piece}`} className="tokens generation-alternatives">
      <button type="button" className="button small" onClick={() => onExplain(null)}>
        Explain “{token.piece}”
      </button>
      <span className="dim">or hold it against</span>
      {others.map(({ id, piece, probability }) => (
        <button
          key={id}
          type="button"
          className="token"
          title={`Why “${token.piece}” and not “${piece}”`}
          onClick={() => onExplain(id)}
        >
          {piece} <small>{formatProbability(probability)}</small>
        </button>
      ))}
    </div>
  );
}

function SamplingFields({
  settings,
  onChange,
}: {
  readonly settings: GenerationSettings;
  readonly onChange: (patch: Partial<GenerationSettings>) => void;
}) {
  const sampled = settings.temperature > 0;
  return (
    <>
      <Field label="Tokens" hint="How many one press writes.">
        <NumberInput
          label="Tokens to write"
          value={settings.count}
          range={[1, 512]}
          onChange={(count) => onChange({ count: count ?? defaultGeneration.count })}
        />
      </Field>
      <Field label="Choose" hint="The most likely token each time, or one drawn as likely as it is.">
        <select
          className="select"
          aria-label="How tokens are chosen"
          value={sampled ? 'drawn' : 'greedy'}
          onChange={({ target }) => onChange({ temperature: target.value === 'drawn' ? 1 : 0 })}
        >
          <option value="greedy">the most likely</option>
          <option value="drawn">drawn with a seed</option>
        </select>
      </Field>
      {sampled && (
        <>
          <Field label="Seed" hint="The same seed writes the same text.">
            <NumberInput
              label="Seed"
              value={settings.seed}
              range={[0, 1_000_000]}
              onChange={(seed) => onChange({ seed: seed ?? defaultGeneration.seed })}
            />
          </Field>
          <Field label="Temperature" hint="Below 1: likelier tokens still more often.">
            <NumberInput
              label="Temperature"
              value={settings.temperature}
              range={[0.1, 10]}
              step={0.1}
              onChange={(temperature) => onChange({ temperature: temperature ?? 1 })}
            />
          </Field>
          <Field label="Top k" hint="Only the k most likely; empty: all.">
            <NumberInput
              label="Top k"
              value={settings.topK}
              range={[1, 1_000_000]}
              onChange={(topK) => onChange({ topK })}
            />
          </Field>
          <Field label="Top p" hint="Only the fewest that together have this probability.">
            <NumberInput
              label="Top p"
              value={settings.topP}
              range={[0.05, 1]}
              step={0.05}
              onChange={(topP) => onChange({ topP: topP ?? 1 })}
            />
          </Field>
        </>
      )}
    </>
  );
}

interface NumberInputProps {
  readonly label: string;
  readonly value: number | null;
  readonly range: readonly [number, number];
  readonly step?: number;
  readonly onChange: (value: number | null) => void;
}

function NumberInput({ label, value, range: [min, max], step = 1, onChange }: NumberInputProps) {
  return (
    <input
      className="input generation-number"
      type="number"
      aria-label={label}
      min={min}
      max={max}
      step={step}
      value={value ?? ''}
      onChange={({ target }) => {
        const next = target.valueAsNumber;
        if (target.value === '') onChange(null);
        else if (Number.isFinite(next)) onChange(Math.max(min, Math.min(max, step === 1 ? Math.round(next) : next)));
      }}
    />
  );
}
