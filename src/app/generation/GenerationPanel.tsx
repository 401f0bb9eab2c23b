// The model goes on with the prompt: step by step or many tokens at once, the most likely or drawn with a seed. Every token it writes can be explained
// like any other, against any of its alternatives.

import { useState } from 'react';
import { defaultGeneration, type GenerationSettings, maxContinuation } from '../../share/generation';
import { inputKey, modelKey } from '../../share/settings';
import { useApp, useController } from '../context';
import { formatBytes, formatProbability } from '../shared/format';
import { NumberField } from '../shared/NumberField';
import { optionsOf, SelectField } from '../shared/Select';
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
      <NumberField
        label="Tokens"
        name="Tokens to write"
        hint="How many one press writes."
        value={settings.count}
        range={[1, maxContinuation]}
        onChange={(count) => onChange({ count: count ?? defaultGeneration.count })}
      />
      <SelectField
        label="Choose"
        name="How tokens are chosen"
        hint="The most likely token each time, or one drawn as likely as it is."
        options={choices}
        value={sampled ? 'drawn' : 'greedy'}
        onChange={(how) => onChange({ temperature: how === 'drawn' ? 1 : 0 })}
      />
      {sampled && (
        <>
          <NumberField
            label="Seed"
            hint="The same seed writes the same text."
            value={settings.seed}
            range={[0, 1_000_000]}
            onChange={(seed) => onChange({ seed: seed ?? defaultGeneration.seed })}
          />
          <NumberField
            label="Temperature"
            hint="Below 1: likelier tokens still more often."
            value={settings.temperature}
            range={[0.1, 10]}
            step={0.1}
            onChange={(temperature) => onChange({ temperature: temperature ?? 1 })}
          />
          <NumberField
            label="Top k"
            hint="Only the k most likely; empty: all."
            value={settings.topK}
            range={[1, 1_000_000]}
            onChange={(topK) => onChange({ topK })}
          />
          <NumberField
            label="Top p"
            hint="Only the fewest that together have this probability."
            value={settings.topP}
            range={[0.05, 1]}
            step={0.05}
            onChange={(topP) => onChange({ topP: topP ?? 1 })}
          />
        </>
      )}
    </>
  );
}

const choices = optionsOf({ greedy: 'the most likely', drawn: 'drawn with a seed' });
