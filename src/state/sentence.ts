// The sentence that the page shows for an error.

export function sentenceOf(error: unknown): string {
  if (error instanceof Error && error.message !== '') return error.message;
  return 'Something went wrong that has no name yet. Reload the page and try again.';
}
