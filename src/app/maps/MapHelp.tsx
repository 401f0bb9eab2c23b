// "?" beside a picture's name: what it means, what it is not, the formula, where it comes from. Esc or a click elsewhere closes it.

import { useEffect, useId, useRef, useState } from 'react';
import type { OperatorName } from '../../engine/protocol';
import { type CatalogueName, help, operatorHelp, operatorTitles } from '../../state/help';

interface MapHelpProps {
  readonly name: CatalogueName;
  /** What the picture is of, where that can be something else than T. */
  readonly operator?: OperatorName;
}

export function MapHelp({ name, operator = 'tensor' }: MapHelpProps) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    // Captured on its way down: Esc closes the help and does not also release the pins or close a dialog.
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    addEventListener('pointerdown', onPointer);
    addEventListener('keydown', onKey, true);
    return () => {
      removeEventListener('pointerdown', onPointer);
      removeEventListener('keydown', onKey, true);
    };
  }, [open]);
  const { title, formula, means, isNot, source } = help(name);
  return (
    <div ref={place} className="map-help">
      <button
        ref={button}
        type="button"
        className="button quiet square"
        aria-label={`About ${title}`}
        title={`About ${title}`}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        ?
      </button>
      <div id={id} className="map-help-text" hidden={!open}>
        {operator === 'tensor' ? null : <InPlaceOfT operator={operator} />}
        <p>{means}</p>
        {operator === 'tensor' && <p>{isNot}</p>}
        <p className="formula">{formula}</p>
        <p className="dim">{source}</p>
      </div>
    </div>
  );
}

function InPlaceOfT({ operator }: { operator: Exclude<OperatorName, 'tensor'> }) {
  const { means, isNot, formula } = operatorHelp(operator);
  return (
    <>
      <p>
        <b>Here of {operatorTitles[operator]} in place of T:</b> {means} {isNot}
      </p>
      <p className="formula">{formula}</p>
      <p>
        <b>Of T:</b>
      </p>
    </>
  );
}
