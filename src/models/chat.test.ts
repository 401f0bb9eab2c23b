import { expect, test } from 'vitest';
import { createChatTemplate } from './chat';
import { templateIn } from './chatTemplate';

const simple = "{% for m in messages %}{{ bos_token + m['role'] + ': ' + m['content'] | trim }}{% endfor %}{{ ' >' }}";

test('the message is found in what the template makes of it', () => {
  const chat = createChatTemplate(simple, { bos_token: { content: '<s>' }, model_max_length: 5 });
  expect(chat.render('user')).toEqual({ text: '<s>user: user >', message: [9, 13] });
  expect(chat.render('  hi ')).toEqual({ text: '<s>user: hi >', message: [9, 11] });
});

test('of several templates the default one is taken', () => {
  expect(templateIn({ chat_template: 'a' })).toBe('a');
  expect(templateIn({})).toBe(null);
  const several = [
    { name: 'tool_use', template: 't' },
    { name: 'default', template: 'd' },
  ];
  expect(templateIn({ chat_template: several })).toBe('d');
  expect(templateIn({ chat_template: several.slice(0, 1) })).toBe(null);
  expect(() => templateIn({ chat_template: 7 })).toThrow(/chat template cannot be used/);
  expect(() => templateIn({ chat_template: 'x'.repeat(200_001) })).toThrow(/longer than 200000/);
});

test('a template with a date writes the same text every day', () => {
  const dated = "{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}26 Jul 2024{% endif %}";
  expect(createChatTemplate(dated, {}).render('x').text).toBe('26 Jul 2024');
});

test.each<readonly [string, string, RegExp]>([
  ['that is no template', '{% for %}', /cannot be used/],
  ['that ends early', '{% if messages %}', /cannot be used|fails/],
  ['that refuses', "{{ raise_exception('Only one user.') }}", /chat template fails: Only one user\. Switch Chat off/],
  ['that counts without end', '{% for i in range(1000000000) %}x{% endfor %}', /counts further than 10000/],
  ['that counts by nothing', '{% for i in range(0, 5, 0) %}x{% endfor %}', /counts further/],
  [
    'with loops in loops',
    `${'{% for i in range(9999) %}'.repeat(5)}x${'{% endfor %}'.repeat(5)}`,
    /more than 200000 steps/,
  ],
  [
    'that doubles',
    `{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(40) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}`,
    /fails/,
  ],
  ['that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', /fails/],
  [
    'with a long output',
    `{% for i in range(9000) %}{{ '${'x'.repeat(200)}' }}{% endfor %}`,
    /writes more than 100000 characters/,
  ],
])('a template %s ends in a sentence', (_, template, sentence) => {
  const started = performance.now();
  expect(() => createChatTemplate(template, {}).render('hello')).toThrow(sentence);
  // Bounded work, not a measure of speed: without the limits these run for hours.
  expect(performance.now() - started).toBeLessThan(20_000);
});
