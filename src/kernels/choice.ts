// Which of the kernels' variants a device runs fastest: the usual answer by the kind of adapter. What was measured on one takes its place
// (engine/kernelChoices.ts); every variant computes the same, up to the order of sums.

export interface KernelChoice {
  /** Large products: through workgroup memory, or straight from the buffers (tiles.ts). */
  readonly largeTile: 'shared' | 'direct';
  /** Products whose lines are multiples of four read their factors number by number, or four at a time (tiles.ts). */
  readonly loads: 'words' | 'quads';
  /** Sums over rows: lanes share a row, through workgroup memory or within a subgroup, or each takes a row of its own (rowKernel.ts). */
  readonly rows: 'shared' | 'single' | 'subgroups';
}

/** A software adapter has no real workgroup memory, barriers cost it more than they save, and every load costs it a check of its bounds. */
export function usualChoice(software: boolean): KernelChoice {
  return software
    ? { largeTile: 'direct', loads: 'quads', rows: 'single' }
    : { largeTile: 'shared', loads: 'words', rows: 'shared' };
}
