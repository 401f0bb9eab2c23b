// "Check against the reference": a hub model with an ONNX export is held against ONNX Runtime; one without says so. On the float64 reference.
import { type HubMirror, hubMirror } from '../src/models/testing/hubMirror.ts';
import { fidelity, ready, reference, run } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Check against the reference' });

async function openFromHub(page: Page, { base }: HubMirror, id: string, prompt: string): Promise<void> {
  await page.goto(`/${reference}&model=${encodeURIComponent(id)}&hub=${base}&prompt=${encodeURIComponent(prompt)}`);
  const hub = page.getByRole('dialog', { name: 'A model from the hub' });
  await hub.getByRole('button', { name: 'Look up', exact: true }).click();
  await hub.getByRole('button', { name: 'Open', exact: true }).click();
  await ready(page);
}

test('The logits are compared with ONNX Runtime’s, for this prompt and, without a second download, the next', async ({
  page,
}) => {
  const id = 'acme/gpt2';
  const mirror = await hubMirror('fixtures/onnx/gpt2', { id, revision: 'main' });
  const downloads = () => mirror.log.filter((line) => line === 'GET onnx/model.onnx').length;
  const ask = fidelity(page).getByRole('button', { name: 'Check against the reference' });
  try {
    await openFromHub(page, mirror, id, 'a c f h b');
    await ask.click();
    await expect(dialog(page)).toContainText('onnx/model.onnx, 93 kB');
    expect(downloads()).toBe(0);
    await dialog(page).getByRole('button', { name: 'Download and compare' }).click();
    await expect(dialog(page)).toContainText('Same first choice5 of 5');
    // Float32 rounding over three blocks; another model, or another prompt, is off by the size of the logits.
    await expect(dialog(page)).toContainText(/Largest difference.*\(\d\.\de-[678] of the largest entry\)/);
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    await expect(fidelity(page)).toContainText(/✓ ONNX matches \de-[678]/);

    await run(page, 'b d k');
    await ready(page);
    await expect(fidelity(page)).not.toContainText('ONNX matches');
    await ask.click();
    await dialog(page).getByRole('button', { name: 'Download and compare' }).click();
    await expect(dialog(page)).toContainText('Same first choice3 of 3');
    expect(downloads()).toBe(1);
  } finally {
    await mirror.close();
  }
});

test.describe('without an export', () => {
  test.use({ provoked: /Failed to load resource/ });

  test('A model without an ONNX file says that there is nothing to compare with; embedded ones do not ask', async ({
    page,
  }) => {
    const id = 'acme/tiny-world';
    const mirror = await hubMirror('public/models/tiny-world', { id, revision: 'main' });
    try {
      await openFromHub(page, mirror, id, 'john lives in');
      await fidelity(page).getByRole('button', { name: 'Check against the reference' }).click();
      await expect(dialog(page)).toContainText('The hub has no ONNX file of this model');
      await dialog(page).getByRole('button', { name: 'Close' }).click();
      await page.getByRole('combobox', { name: 'Model' }).selectOption('tiny-world');
      await ready(page);
      await expect(fidelity(page).getByRole('button')).toHaveCount(0);
    } finally {
      await mirror.close();
    }
  });
});
