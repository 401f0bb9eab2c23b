// System → light → dark → system.

import { useState } from 'react';
import { keepTheme, storedTheme, themes } from '../theme';

const signs = { system: '◐', light: '○', dark: '●' } as const;

export function ThemeToggle() {
  const [theme, setTheme] = useState(storedTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  return (
    <button
      type="button"
      className="button square"
      title={`Colours: ${theme}. Change to ${next}.`}
      aria-label={`Colours: ${theme}`}
      onClick={() => {
        keepTheme(next);
        setTheme(next);
      }}
    >
      {signs[theme]}
    </button>
  );
}
