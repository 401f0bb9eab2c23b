// "Check against the reference": this run's logits beside those of ONNX Runtime, another program, with the hub's own ONNX export of the model. The
// size comes first; nothing is downloaded unasked.

import * as Dialog from '@radix-ui/react-dialog';
import { useEffect, useRef, useState } from 'react';
import type { OnnxCheck, OnnxOffer, Progress } from '../engine/protocol';
import { sentenceOf } from '../state/sentence';
import { useController } from './context';
import { formatBytes } from './shared/format';

interface Props {
  readonly check: OnnxCheck | null;
  readonly found: (check: OnnxCheck) => void;
}

export function OnnxDialog({ check, found }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <button type="button" className="button small">
          Check against the reference
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog onnx">
          <header>
            <Dialog.Title>Check against the reference</Dialog.Title>
            <Dialog.Close asChild>
              <button type="button" className="button square" aria-label="Close">
                ×
              </button>
            </Dialog.Close>
          </header>
          <Dialog.Description>
            Runs this prompt a second time in ONNX Runtime, another program, with the ONNX file that the hub has of the
            same model, and compares what comes out.
          </Dialog.Description>
          {open && <Comparison check={check} found={found} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Comparison({ check, found }: Props) {
  const controller = useController();
  const [offer, setOffer] = useState<OnnxOffer | null | 'asking'>('asking');
  const [error, setError] = useState<string | null>(null);
  const [progress, setProgress] = useState<Progress | null | 'idle'>('idle');
  const job = useRef<AbortController | null>(null);

  useEffect(() => {
    const asked = new AbortController();
    controller.lookUpOnnx(asked.signal).then(
      (answer) => asked.signal.aborted || setOffer(answer),
      (caught) => asked.signal.aborted || setError(sentenceOf(caught)),
    );
    return () => {
      asked.abort();
      job.current?.abort();
    };
  }, [controller]);

  const compare = async () => {
    job.current = new AbortController();
    const { signal } = job.current;
    setError(null);
    setProgress(null);
    try {
      found(await controller.checkOnnx({ signal, onProgress: setProgress }));
    } catch (caught) {
      if (!signal.aborted) setError(sentenceOf(caught));
    } finally {
      setProgress('idle');
    }
  };

  return (
    <div aria-live="polite">
      {error !== null && (
        <p role="alert" className="hub-problem">
          {error}
        </p>
      )}
      {error === null && offer === 'asking' && <p className="dim">Asking the hub …</p>}
      {offer === null && <p>The hub has no ONNX file of this model: there is nothing to compare with.</p>}
      {offer !== null && offer !== 'asking' && (
        <p>
          {offer.refusal ??
            `${offer.file}, ${offer.bytes === null ? 'size not told' : formatBytes(offer.bytes)}. It is kept while the model is open.`}
        </p>
      )}
      {check !== null && <Result check={check} />}
      {progress !== 'idle' && (
        <div className="hub-download">
          <span>{progress?.name ?? 'working …'}</span>
          <progress
            aria-label="Comparison"
            max={1}
            {...(progress !== null && progress.share > 0 ? { value: progress.share } : {})}
          />
          <button type="button" className="button" onClick={() => job.current?.abort()}>
            Cancel
          </button>
        </div>
      )}
      {offer !== null && offer !== 'asking' && offer.refusal === null && progress === 'idle' && check === null && (
        <button type="button" className="button primary" onClick={() => void compare()}>
          Download and compare
        </button>
      )}
    </div>
  );
}

function Result({ check }: { check: OnnxCheck }) {
  const { compared, error, largest, rows, sameFirst, seconds } = check;
  const facts: readonly (readonly [string, string])[] = [
    ['Compared', compared],
    ['Largest difference', `${largest.toExponential(1)} (${error.toExponential(1)} of the largest entry)`],
    ...(sameFirst === null ? [] : [['Same first choice', `${sameFirst} of ${rows}`] as const]),
    ['ONNX Runtime took', `${seconds.toFixed(1)} s`],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
