import { expect, test } from 'vitest';
import { UserError } from './errors';

test('what a sentence quotes from a file cannot break the line, turn the writing round, or fill the screen', () => {
  const { message } = new UserError('bad-model', `The tensor a\n\u0007b\u202ec has ${'x'.repeat(5000)} axes.`);
  expect(message).toMatch(/^The tensor a b c has x+ … x+ axes\.$/);
  expect(message.length).toBeLessThan(1300);
});
