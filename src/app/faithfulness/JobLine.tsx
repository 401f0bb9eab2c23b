// Compute, progress, cancel, and how it ended: the line under every test.

import type { ReactNode } from 'react';
import type { Job } from '../../state/studies';

interface JobLineProps {
  readonly job: Job<unknown> | null;
  readonly disabled: boolean;
  readonly onCompute: () => void;
  readonly onCancel: () => void;
  /** Said while nothing is under way: the price. */
  readonly children?: ReactNode;
}

export function JobLine({ job, disabled, onCompute, onCancel, children }: JobLineProps) {
  const running = job?.status === 'running';
  return (
    <div className="study-line">
      {running ? (
        <button type="button" className="button" onClick={onCancel}>
          Cancel test
        </button>
      ) : (
        <button type="button" className="button primary" disabled={disabled} onClick={onCompute}>
          Compute
        </button>
      )}
      <span role="status" className="view-note">
        {running && (job.progress ? `${job.progress.name} ${Math.round(job.progress.share * 100)} %` : 'starting …')}
        {job?.status === 'cancelled' &&
          `Cancelled.${job.answer === null ? '' : ' What follows is a part of the answer.'}`}
        {!running && job?.status !== 'cancelled' && children}
      </span>
      {job?.status === 'failed' && (
        <p className="slot-note slot-error" role="alert">
          {job.error}
        </p>
      )}
    </div>
  );
}
