// A prompt with a place for the subject: "the river of {} is the". The subject's vector is read at the last token of its last occurrence. Pure.

import { UserError } from '../../tensor/errors';

const place = '{}';
const maxTemplate = 2_000;

/** UserError 'bad-request' unless it can be filled. */
export function checkTemplate(template: string): void {
  if (!template.includes(place)) {
    throw new UserError('bad-request', 'The prompt has no place for the subject: write {} where it belongs.');
  }
  if (template.length > maxTemplate) {
    const found = `The prompt of the relation has ${template.length} characters`;
    throw new UserError('bad-request', `${found}, the limit is ${maxTemplate}: shorten it.`);
  }
}

export interface Filled {
  readonly text: string;
  /** Characters of the last occurrence, in UTF-16 units. */
  readonly subject: readonly [start: number, end: number];
}

export function fill(template: string, subject: string): Filled {
  const before = template.slice(0, template.lastIndexOf(place)).replaceAll(place, () => subject);
  const after = template.slice(template.lastIndexOf(place) + place.length);
  return { text: before + subject + after, subject: [before.length, before.length + subject.length] };
}

/** The text with its answer, as it would go on. */
export function answered(text: string, object: string): string {
  return /\s$/.test(text) ? text + object : `${text} ${object}`;
}
