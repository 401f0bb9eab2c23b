// How a test uses the page: by roles and accessible names only, waiting for conditions and never for a time.
import { expect, type Locator, type Page } from './test.ts';

/** The reference computes on the CPU: for tests that are not about WebGPU. */
export const reference = '#v=1&device=reference';
/** Five tokens, a worked example: the quickest prompt. */
export const shortPrompt = 'people in iverton speak';
export const shortReference = `${reference}&prompt=${shortPrompt.replaceAll(' ', '+')}`;

export async function inState(page: Page, state: string | RegExp, milliseconds = 90_000): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('data-state', state, { timeout: milliseconds });
}

export const ready = (page: Page): Promise<void> => inState(page, 'ready');

export async function open(page: Page, fragment = ''): Promise<void> {
  await page.goto(`/${fragment}`);
  await ready(page);
}

export const tokens = (page: Page): Locator => page.getByRole('group', { name: 'Tokens' }).getByRole('button');
export const prompt = (page: Page): Locator => page.getByRole('textbox', { name: 'Prompt' });
export const status = (page: Page): Locator => page.getByRole('region', { name: 'Status' });
/** "google swiftshader, up to 1.1 GB a buffer", beside the choice of the device. */
export const device = (page: Page): Locator =>
  status(page)
    .locator('span')
    .filter({ hasText: /a buffer|\(CPU\)/ });
export const fidelity = (page: Page): Locator => page.getByRole('region', { name: 'Fidelity' });
/** The target in words. */
export const explained = (page: Page): Locator =>
  page.getByRole('region', { name: 'What is explained' }).getByRole('paragraph').first();
export const tab = (page: Page, name: string): Locator => page.getByRole('tab', { name });
/** A map or another heatmap, by the beginning of its name. */
export const grid = (page: Page, name: string): Locator =>
  page.getByRole('grid', { name: new RegExp(`^${escaped(name)}`) });
/** A map with its legend, remarks and table. */
export const picture = (page: Page, name: string): Locator =>
  page.getByRole('figure', { name: new RegExp(`^${escaped(name)}`) });
export const row = (page: Page): Locator => page.getByRole('region', { name: /^Row: / });

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The pieces of the strip, without their indices. */
export async function pieces(page: Page): Promise<string[]> {
  return tokens(page).evaluateAll((buttons) => buttons.map((button) => button.firstChild?.textContent ?? ''));
}

export async function run(page: Page, text: string): Promise<void> {
  await prompt(page).fill(text);
  await page.getByRole('button', { name: 'Run' }).click();
}

export async function chooseExample(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Examples' }).click();
  await page.getByRole('menuitem', { name: title }).click();
}

export interface Numbers {
  readonly header: readonly string[];
  /** Heading first, then the cells as printed; "" where there is no number. */
  readonly rows: readonly (readonly string[])[];
}

/** What "Show table" shows; opens it when it is closed. */
export async function numbers(where: Locator): Promise<Numbers> {
  const show = where.getByRole('button', { name: 'Show table' }).first();
  const table = where.getByRole('table').first();
  await expect(show.or(table).first()).toBeVisible();
  if (!(await table.isVisible())) await show.click();
  await expect(table).toBeVisible();
  return table.evaluate((element) => {
    const texts = (cells: Iterable<Element>) => [...cells].map((cell) => cell.textContent ?? '');
    const [head, ...rows] = [...element.querySelectorAll('tr')].map((line) => texts(line.children));
    return { header: head ?? [], rows };
  });
}

/** "output mary (2), input when (1): 0.31": the cell that the keyboard is on. */
export const cell = (where: Locator): Locator => where.getByRole('gridcell');

/** Moves the mouse over a cell, counted among the drawn rows and columns. */
export async function hoverCell(where: Locator, at: { row: number; col: number }): Promise<void> {
  await where.hover({ position: await cellPosition(where, at) });
}

export async function cellPosition(where: Locator, { row, col }: { row: number; col: number }) {
  const box = await where.boundingBox();
  const rows = Number(await where.getAttribute('aria-rowcount'));
  const cols = Number(await where.getAttribute('aria-colcount'));
  if (box === null) throw new Error('The grid is not on the screen.');
  return { x: ((col + 0.5) / cols) * box.width, y: ((row + 0.5) / rows) * box.height };
}

/** A number as the page writes it: true minus sign, optional plus. */
export const numberIn = (text: string): number => Number(text.replace('−', '-').replace('+', ''));

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
