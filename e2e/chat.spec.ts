// A model with a chat template, on a mirror of the hub on this machine: what the template adds is on the screen, in the link, and can be left out.
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hubMirror } from '../src/models/testing/hubMirror.ts';
import { pieces, ready, reference, tokens } from './support/page.ts';
import { expect, test } from './support/test.ts';

const id = 'acme/tiny-chat';
const template = "{{ bos_token }} {% for m in messages %}john gave {{ m['content'] }} to {% endfor %}";

/** The embedded decoder with a template that speaks before and after the user. */
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tensorscope-chat-'));
  cpSync('public/models/tiny-world', made, { recursive: true });
  const config = JSON.parse(readFileSync(join(made, 'tokenizer_config.json'), 'utf8'));
  writeFileSync(join(made, 'tokenizer_config.json'), JSON.stringify({ ...config, chat_template: template }));
  return made;
}

test('Chat: the template’s tokens are marked, the whole text can be read, the link carries it', async ({ page }) => {
  const mirror = await hubMirror(folder(), { id, revision: 'main' });
  try {
    await page.goto(`/${reference}&model=${id}&hub=${mirror.base}&prompt=the+drink`);
    await page.reload();
    const dialog = page.getByRole('dialog', { name: 'A model from the hub' });
    await dialog.getByRole('button', { name: 'Look up' }).click();
    await dialog.getByRole('button', { name: 'Open', exact: true }).click();
    await ready(page);
    expect(await pieces(page)).toEqual(['[BOS]', 'the', 'drink']);
    const chat = page.getByRole('checkbox', { name: 'Chat' });
    await expect(chat).not.toBeChecked();
    await chat.check();
    await ready(page);
    expect(await pieces(page)).toEqual(['[BOS]', 'john', 'gave', 'the', 'drink', 'to']);
    await expect(tokens(page).nth(1)).toHaveAttribute('title', /put there by the model’s own format/);
    await expect(tokens(page).nth(3)).not.toHaveAttribute('title', /./);
    const note = page.getByRole('region', { name: 'Prompt tokens' });
    await expect(note).toContainText('4 of 6 tokens are the chat template’s');
    await note.getByText('What the model reads').click();
    await expect(note.locator('mark')).toHaveText('the drink');
    expect(page.url()).toContain('chat=1');

    // A continuation goes on after the template's end.
    await page.getByRole('button', { name: 'Continue…' }).click();
    const panel = page.getByRole('region', { name: 'Continuation' });
    await panel.getByRole('button', { name: 'Step' }).click();
    const written = page.getByRole('group', { name: 'Written by the model' }).getByRole('button');
    await expect(written).toHaveCount(1);
    await written.click();
    await panel.getByRole('button', { name: /^Explain “/ }).click();
    await ready(page);
    const all = await pieces(page);
    expect(all.slice(0, 6)).toEqual(['[BOS]', 'john', 'gave', 'the', 'drink', 'to']);
    expect(all).toHaveLength(7);
    await expect(tokens(page).nth(5)).toHaveAttribute('aria-pressed', 'true');
    expect(page.url()).toMatch(/chat=1.*more=\d+/);
    await page.goBack(); // before the explanation
    await ready(page);
    await page.goBack(); // before the panel
    await expect(panel).toHaveCount(0);
    await page.goBack();
    await expect(chat).not.toBeChecked();
    await ready(page);
    expect(await pieces(page)).toEqual(['[BOS]', 'the', 'drink']);
  } finally {
    await mirror.close();
  }
});
