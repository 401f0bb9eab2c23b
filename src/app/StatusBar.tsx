// The bottom line: which device, what it costs, what runs now, and how exact the result is.

import { useMemo, useState } from 'react';
import type { DeviceChoice, ModelInfo, OnnxCheck, Plan, WeightStorage, WeightsInfo } from '../engine/protocol';
import { addressOf } from '../share/settings';
import { currentProgress, fidelityReport, heaviestPlan, isBusy } from '../state/selectors';
import { useApp, useController } from './context';
import { OnnxDialog } from './OnnxDialog';
import { formatBytes, formatFlops, formatSeconds } from './shared/format';
import { optionsOf, Select } from './shared/Select';
import { weightWords } from './shared/weightWords';

export function StatusBar() {
  return (
    <footer className="status-bar">
      <Status />
      <FidelityBadge />
    </footer>
  );
}

function Status() {
  const { model, slots, busy, progress, origin } = useApp((state) => ({
    model: state.model,
    slots: state.slots,
    busy: isBusy(state),
    progress: currentProgress(state),
    origin: state.run?.origin ?? null,
  }));
  const heaviest = useMemo(() => heaviestPlan(slots), [slots]);
  const plan = progress?.plan ?? heaviest?.plan ?? null;
  return (
    <section className="status" aria-label="Status" aria-live="polite" aria-atomic="false">
      <DeviceChooser />
      <WeightsChooser />
      <MemoryChooser />
      {origin === 'stored' && <strong className="stored-mark">Stored result</strong>}
      {model !== null && <span>{deviceWords(model, origin === 'stored')}</span>}
      {origin !== 'stored' && model?.weights?.streamed !== undefined && (
        <span title="The other weights are read from storage whenever they are used: the same numbers, more slowly.">
          weights streamed, up to {formatBytes(model.weights.streamed.bytes)} of {formatBytes(model.weights.bytes)} on
          the device
        </span>
      )}
      {model?.storedAs !== undefined && (
        <span title="What is analysed is the model with its weights rounded to this type, not the original one.">
          quantised weights ({model.storedAs})
        </span>
      )}
      {plan !== null && (
        <span title={plan.description}>
          plan {formatFlops(plan.flops)}, {formatBytes(plan.peakBytes)}
          {timeWords(plan, busy ? null : (heaviest?.seconds ?? null))}
        </span>
      )}
      {busy && (
        <span className="running">
          {progress === null ? 'working …' : progress.name}
          {/* Not read out: it would drown everything else. */}
          <span aria-hidden="true">{progress !== null && `${Math.round(progress.share * 100)} %`}</span>
          <progress
            aria-label="Progress"
            max={1}
            {...(progress !== null && progress.share > 0 ? { value: progress.share } : {})}
          />
        </span>
      )}
    </section>
  );
}

/** What was predicted, and beside it what it took. */
function timeWords({ seconds }: Plan, took: number | null): string {
  if (took === null) return seconds === null ? '' : `, about ${formatSeconds(seconds)}`;
  return seconds === null
    ? `, ${formatSeconds(took)}`
    : `, ${formatSeconds(took)} (expected ${formatSeconds(seconds)})`;
}

const devices = optionsOf<DeviceChoice>({
  auto: 'GPU, else reference',
  webgpu: 'GPU',
  reference: 'float64 reference',
});

function DeviceChooser() {
  const device = useApp(({ settings }) => settings.device);
  const controller = useController();
  return (
    <Select
      inline
      name="Device"
      options={devices}
      value={device}
      onChange={(chosen) => controller.change({ device: chosen }, 'push')}
    />
  );
}

const storages = optionsOf<WeightStorage>(weightWords);

/** The reference on the CPU stores float64 whatever is chosen. */
function WeightsChooser() {
  const { weights, device } = useApp(({ settings: { weights, device } }) => ({ weights, device }));
  const controller = useController();
  if (device === 'reference') return null;
  return (
    <Select
      inline
      name="Weights"
      title="How the graphics device stores the weights. float16 takes half the memory; sums are float32 either way."
      options={storages}
      value={weights}
      onChange={(chosen) => controller.change({ weights: chosen }, 'push')}
    />
  );
}

const memoryChoices = [100, 300, 1000, 2000] as const;

function MemoryChooser() {
  const memory = useApp(({ settings }) => settings.memory);
  const controller = useController();
  const choices = [...new Set([...memoryChoices, ...(memory === null ? [] : [memory])])].sort((a, b) => a - b);
  return (
    <Select
      inline
      name="Memory"
      title="What weights, run and computation may take on the device. Weights that do not fit in are read from storage when they are used."
      options={[
        { value: null, text: 'all memory' },
        ...choices.map((megabytes) => ({ value: megabytes, text: `${megabytes} MB` })),
      ]}
      value={memory}
      onChange={(chosen) => controller.change({ memory: chosen }, 'push')}
    />
  );
}

function deviceWords({ device }: ModelInfo, stored: boolean): string {
  const limit = device.maxBindingBytes === null ? '' : `, up to ${formatBytes(device.maxBindingBytes)} a buffer`;
  const why = device.fallback === null ? '' : ', no WebGPU';
  return `${stored ? 'computed on ' : ''}${device.name}${limit}${why}`;
}

// Thresholds of the judgement: what float32 passes reach with room to spare (completeness: the project's own bar is 1e-5).
const limits = { complete: 1e-5, conserved: 1e-4, 'logits match': 1e-3, 'ONNX matches': 1e-3 } as const;

function FidelityBadge() {
  const { slots, weights } = useApp(({ slots, model }) => ({ slots, weights: model?.weights ?? null }));
  const report = useMemo(() => fidelityReport(slots), [slots]);
  const { completeness, conservation, logits, logitsNote, logitsPending } = report;
  return (
    <section className="fidelity" aria-label="Fidelity">
      <span className="label">Fidelity</span>
      <Judgement
        name="complete"
        error={completeness}
        means="Contributions and bias add up to the output: ‖Σ_j T_ij x_j + B_i − y_i‖ / ‖y_i‖, the worst result on the screen."
      />
      <Judgement
        name="conserved"
        error={conservation}
        means="Every row and its bias share add up to the number they explain: the worst row on the screen."
      />
      <Judgement
        name="logits match"
        error={logits}
        pending={logitsPending}
        means={`The run’s logits against the float64 reference. ${logitsNote ?? ''}`}
        missing={logitsNote}
        absent="logits not compared"
      />
      {weights?.storage === 'f16' && <Rounding weights={weights} />}
      <OnnxJudgement />
    </section>
  );
}

/** What half precision changed: no judgement, the reader chose it. */
function Rounding({ weights: { error, weight } }: { weights: WeightsInfo }) {
  const worst = weight === null ? 'All weights are float16 numbers already.' : `The worst is ${weight}.`;
  return (
    <span
      className="judgement"
      title={`Largest change of a weight by storing it in half precision, relative to the largest of its matrix. ${worst} Completeness and conservation are those of the rounded weights; the reference keeps the original ones.`}
    >
      weights rounded {error === 0 ? '0' : error.toExponential(0)}
    </span>
  );
}

/** Models of the hub have an original to be held against. */
function OnnxJudgement() {
  const { fromHub, run } = useApp(({ settings, model, live, run }) => ({
    fromHub: live && model !== null && addressOf(settings).kind === 'hub',
    run: run?.origin === 'live' ? run.summary.run : null,
  }));
  const [found, setFound] = useState<{ run: number; check: OnnxCheck } | null>(null);
  if (!fromHub || run === null) return null;
  const check = found?.run === run ? found.check : null;
  return (
    <>
      {check !== null && (
        <Judgement
          name="ONNX matches"
          error={check.error}
          means={`The run’s ${check.compared} against ONNX Runtime with the hub’s own file.`}
        />
      )}
      <OnnxDialog key={run} check={check} found={(result) => setFound({ run, check: result })} />
    </>
  );
}

interface JudgementProps {
  readonly name: keyof typeof limits;
  readonly error: number | null;
  readonly means: string;
  readonly pending?: boolean;
  readonly missing?: string | null;
  /** What stands there when the error does not exist. */
  readonly absent?: string;
}

function Judgement({ name, error, means, pending, missing, absent }: JudgementProps) {
  if (error === null) {
    return (
      <span className="judgement" title={missing ?? means}>
        {pending ? `${name} …` : (absent ?? `${name} –`)}
      </span>
    );
  }
  const good = error <= limits[name];
  return (
    <span className="judgement" data-good={good} title={`${means} ${good ? 'At most' : 'More than'} ${limits[name]}.`}>
      <span aria-hidden="true">{good ? '✓' : '!'}</span> {name} {error === 0 ? '0' : error.toExponential(0)}
      {!good && <span className="unseen"> (above the limit of {limits[name]})</span>}
    </span>
  );
}
