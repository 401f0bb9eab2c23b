// "Copy link": the address of exactly what is on the screen.

import { useEffect, useState } from 'react';
import { encodeLink } from '../../share/permalink';
import { useGetState } from '../context';

export function CopyLink() {
  const getState = useGetState();
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (said === '') return;
    const timer = setTimeout(() => setSaid(''), 4000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const { settings, model } = getState();
    const fragment = encodeLink({ ...settings, revision: model?.revision ?? null });
    const address = new URL(fragment === '' ? location.pathname : fragment, location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      setSaid('Link copied');
    } catch {
      // Without permission the address bar is the way to copy it.
      history.replaceState(null, '', address);
      setSaid('The browser refused: copy the address bar');
    }
  };
  return (
    <>
      <button className="button" type="button" onClick={() => void copy()}>
        Copy link
      </button>
      <span role="status" className={said === '' ? 'unseen' : 'toast'}>
        {said}
      </span>
    </>
  );
}
