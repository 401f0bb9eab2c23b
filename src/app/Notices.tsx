// Sentences that must be read: what failed and what to do, what of a link was ignored, what is missing here. Nothing is lost behind them.

import { useApp, useController } from './context';

export function Notices() {
  const { problem, notes, stored, fallback } = useApp(({ problem, notes, run, model }) => ({
    problem,
    notes,
    stored: run?.origin === 'stored',
    fallback: model?.device.fallback ?? null,
  }));
  const controller = useController();
  return (
    <div className="notices" aria-live="polite">
      {problem !== null && (
        <p className="notice notice-problem" role="alert">
          <span>{problem.sentence}</span>
          {problem.remedy === 'files' && (
            <button className="button" type="button" onClick={controller.askFiles}>
              Choose files…
            </button>
          )}
          {(problem.remedy === 'reload' || problem.remedy === 'retry') && (
            <button className="button" type="button" onClick={() => void controller.reload()}>
              {problem.remedy === 'reload' ? 'Reload the device' : 'Try again'}
            </button>
          )}
          <Dismiss onClick={controller.dismissProblem} what="problem" />
        </p>
      )}
      {fallback !== null && !stored && (
        <p className="notice">{fallback} Until then the float64 reference computes on the CPU.</p>
      )}
      {notes.length > 0 && (
        <p className="notice">
          <span>{notes.join(' ')}</span>
          <Dismiss onClick={controller.dismissNotes} what="note" />
        </p>
      )}
    </div>
  );
}

function Dismiss({ onClick, what }: { onClick: () => void; what: string }) {
  return (
    <button type="button" className="button square quiet" aria-label={`Dismiss the ${what}`} onClick={onClick}>
      ×
    </button>
  );
}
