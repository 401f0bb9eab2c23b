// A file of the export menu, as text.
import { readFile } from 'node:fs/promises';
import { expect, type Page } from './test.ts';

export async function exported(page: Page, kind: 'SVG' | 'CSV' | 'JSON' | 'HTML'): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^${kind} `) }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe(`tensorscope.${kind.toLowerCase()}`);
  return (await readFile(await file.path())).toString();
}
