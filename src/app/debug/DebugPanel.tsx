// `?debug=1`: for every question that the engine has answered its plan, what it took, its kernels with their time on the device, and their WGSL.

import { useState } from 'react';
import { useStore } from 'zustand';
import type { Answered, KernelUse } from '../../engine/protocol';
import { formatBytes, formatFlops, formatSeconds } from '../shared/format';
import { answers, type Numbered } from './answers';
import './debug.css';

export default function DebugPanel() {
  const { list, count } = useStore(answers);
  return (
    <section className="debug" aria-label="Debug">
      <h2>
        Answered questions <span className="dim">({count}, newest first)</span>
      </h2>
      <p className="note">
        One question at a time, and a compute pass for every dispatch: slower than without ?debug=1. “On the device” is
        the device’s own clock, which browsers round (Chrome: to 0.1 ms), so short kernels may show 0.
      </p>
      {list.length === 0 && <p className="dim">Nothing has been asked yet.</p>}
      <ol className="debug-answers">
        {list.map((answered) => (
          <li key={answered.number}>
            <Answer answered={answered} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Answer({ answered }: { answered: Numbered }) {
  const { call, request, plan, seconds, kernels } = answered;
  return (
    <details>
      <summary>
        <b>{nameOf(answered)}</b>
        <span className="debug-took">took {formatSeconds(seconds)}</span>
        <span className="dim">
          {plan === null
            ? 'no plan'
            : `plan ${formatFlops(plan.flops)}, ${formatBytes(plan.peakBytes)}, expected ${plan.seconds === null ? 'not known' : formatSeconds(plan.seconds)}`}
        </span>
        <span className="dim">{kernels === null ? 'on the CPU' : onDevice(kernels)}</span>
      </summary>
      <dl className="facts">
        <div>
          <dt>Asked</dt>
          <dd className="debug-code">
            {call} {request}
          </dd>
        </div>
        {plan !== null && (
          <div>
            <dt>Plan</dt>
            <dd>{plan.description}</dd>
          </div>
        )}
      </dl>
      {kernels !== null && kernels.length > 0 && <Kernels of={nameOf(answered)} kernels={kernels} />}
      {kernels?.length === 0 && <p className="dim">Nothing was dispatched: everything was there already.</p>}
      {kernels === null && <p className="dim">The float64 reference answered: no kernels.</p>}
    </details>
  );
}

/** "map in_out", "run". */
function nameOf({ call, request }: Answered): string {
  const map = /"map":"(\w+)"/.exec(request)?.[1];
  return call === 'map' && map !== undefined ? `map ${map}` : call;
}

function onDevice(kernels: readonly KernelUse[]): string {
  const dispatches = kernels.reduce((sum, kernel) => sum + kernel.dispatches, 0);
  const seconds = secondsOf(kernels);
  if (dispatches === 0) return 'nothing dispatched';
  return `${dispatches} dispatch${dispatches === 1 ? '' : 'es'}${seconds === null ? '' : `, ${milliseconds(seconds)} on the device`}`;
}

function secondsOf(kernels: readonly KernelUse[]): number | null {
  if (kernels.some(({ seconds }) => seconds === null)) return null;
  return kernels.reduce((sum, { seconds }) => sum + seconds!, 0);
}

const milliseconds = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;

function Kernels({ of, kernels }: { of: string; kernels: readonly KernelUse[] }) {
  const [shown, setShown] = useState<number | null>(null);
  const all = secondsOf(kernels);
  return (
    <div className="debug-kernels">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a phone, so the keyboard must reach it */}
      <section className="debug-table" aria-label={`Kernels of ${of}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Kernel</th>
              <th scope="col">Dispatches</th>
              <th scope="col">On the device</th>
              <th scope="col">Share</th>
            </tr>
          </thead>
          <tbody>
            {kernels.map(({ name, constants, dispatches, seconds }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes; one name may stand in it twice
              <tr key={at}>
                <th scope="row">
                  <button
                    type="button"
                    className="debug-kernel"
                    aria-expanded={shown === at}
                    title={Object.entries(constants)
                      .map(([key, value]) => `${key} = ${value}`)
                      .join(', ')}
                    onClick={() => setShown(shown === at ? null : at)}
                  >
                    {name}
                  </button>
                </th>
                <td>{dispatches}</td>
                <td>{seconds === null ? 'not measured' : milliseconds(seconds)}</td>
                <td>{seconds === null || !all ? '–' : `${Math.round((100 * seconds) / all)} %`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {shown !== null && <Source kernel={kernels[shown]!} />}
    </div>
  );
}

function Source({ kernel: { name, wgsl, constants } }: { kernel: KernelUse }) {
  const overrides = Object.entries(constants).map(([key, value]) => `// ${key} = ${value}`);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text that scrolls must be reachable by the keyboard
    <section className="debug-source" aria-label={`${name}.wgsl`} tabIndex={0}>
      <pre>{[...overrides, wgsl].join('\n')}</pre>
    </section>
  );
}
