// How fast a file comes, and how long it will still take, in words: " · 8.1 MB/s, 5 s left". Measured over the last seconds, so that what came
// from the store at once, and a pause of the connection, are soon forgotten.

import { describeBytes } from './files';

/** Milliseconds that are measured over, and the least after which there is something to say. */
const window = 5000;
const least = 1000;

/** `now`: milliseconds of a clock that never goes back; replaced by tests. */
export function createPace(now: () => number = () => performance.now()) {
  let file = '';
  let seen: { readonly at: number; readonly loaded: number }[] = [];
  return (name: string, loaded: number, total: number | null): string => {
    const at = now();
    if (name !== file) seen = [];
    file = name;
    seen.push({ at, loaded });
    // One older than the window stays: the measure then spans all of it.
    while (seen.length > 2 && at - seen[1]!.at >= window) seen.shift();
    const first = seen[0]!;
    const [seconds, bytes] = [(at - first.at) / 1000, loaded - first.loaded];
    if (1000 * seconds < least || bytes <= 0) return '';
    const speed = bytes / seconds;
    const left = total === null || total <= loaded ? '' : `, ${describeTime((total - loaded) / speed)} left`;
    return ` · ${describeBytes(speed)}/s${left}`;
  };
}

/** "5 s", "3 min", "2 h". */
export function describeTime(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
