// The inspector's tabs in one line. Where they have no room for all, the line scrolls: its ends fade, a click on an end goes on, and the chosen tab is
// always in sight. (Arrow keys bring a tab into sight by focusing it.)

import * as Tabs from '@radix-ui/react-tabs';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { TabName } from '../../share/settings';

interface TabStripProps {
  readonly tabs: readonly { readonly name: TabName; readonly title: string }[];
  readonly chosen: TabName;
}

/** Kept free beside a tab that is brought into sight, in pixels: the fading end. */
const margin = 32;

export function TabStrip({ tabs, chosen }: TabStripProps) {
  const line = useRef<HTMLDivElement>(null);
  const [more, setMore] = useState({ before: false, after: false });
  const look = useCallback(() => {
    const element = line.current;
    if (element === null) return;
    const { scrollLeft, clientWidth, scrollWidth } = element;
    const next = { before: scrollLeft > 1, after: scrollLeft + clientWidth < scrollWidth - 1 };
    setMore((old) => (old.before === next.before && old.after === next.after ? old : next));
  }, []);
  const show = useCallback((tab: HTMLElement | null | undefined) => {
    const element = line.current;
    if (!tab || element === null) return;
    const [from, to] = [tab.offsetLeft - margin, tab.offsetLeft + tab.offsetWidth + margin];
    if (from < element.scrollLeft) element.scrollLeft = from;
    else if (to > element.scrollLeft + element.clientWidth) element.scrollLeft = to - element.clientWidth;
  }, []);
  useEffect(() => {
    const element = line.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      show(element.querySelector<HTMLElement>('[data-state="active"]'));
      look();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [look, show]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new tab is chosen
  useEffect(() => {
    show(line.current?.querySelector<HTMLElement>('[data-state="active"]'));
  }, [show, chosen]);
  const goOn = (by: 1 | -1) => {
    const element = line.current;
    if (element !== null) element.scrollLeft += by * element.clientWidth * 0.7;
  };
  return (
    <div className="tab-strip" data-before={more.before} data-after={more.after}>
      {more.before && <End text="‹" onClick={() => goOn(-1)} />}
      <Tabs.List
        ref={line}
        className="tabs"
        aria-label="Inspector"
        onScroll={look}
        onFocus={({ target }) => show(target as HTMLElement)}
      >
        {tabs.map(({ name, title }) => (
          <Tabs.Trigger key={name} value={name} className="tab">
            {title}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {more.after && <End text="›" onClick={() => goOn(1)} />}
    </div>
  );
}

/** For the pointer alone: keys and screen readers go from tab to tab. */
function End({ text, onClick }: { text: string; onClick: () => void }) {
  return (
    <button type="button" className="tab-strip-end" aria-hidden="true" tabIndex={-1} onClick={onClick}>
      {text}
    </button>
  );
}
