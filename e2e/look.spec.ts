// How the page can be used and read: contrast and roles (axe), narrow windows, little motion. On the float64 reference.
import { violations } from './support/axe.ts';
import { open, prompt, ready, reference, shortReference, tab, tokens } from './support/page.ts';
import { expect, type Page, test } from './support/test.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in ${colorScheme} colours: default, pinned, slice, pair, layers, Jacobian, dialogs`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, shortReference);
    const found: Record<string, string[]> = { default: await violations(page) };
    await tokens(page).nth(3).click();
    await ready(page);
    await page.getByRole('button', { name: 'Show table' }).first().click();
    found.pinned = await violations(page);
    for (const name of ['3-D slice', 'Pair', 'Layers', 'Jacobian']) {
      await tab(page, name).click();
      await ready(page);
      found[name] = await violations(page);
    }
    await page.getByRole('button', { name: 'Enlarge Attention flow' }).click();
    await expect(page.getByRole('dialog').getByRole('grid')).toBeVisible();
    found.enlarged = await violations(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Help' }).click();
    await expect(page.getByRole('dialog').getByRole('heading', { name: 'Moving about' })).toBeVisible();
    found.help = await violations(page);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Examples' }).click();
    await expect(page.getByRole('menuitem').first()).toBeVisible();
    found.examples = await violations(page);
    await page.keyboard.press('Escape');
    for (const choice of ['From the hub…', 'From this machine…']) {
      await page.getByRole('combobox', { name: 'Model' }).selectOption(choice);
      await expect(page.getByRole('dialog')).toBeVisible();
      found[choice] = await violations(page);
      await page.keyboard.press('Escape');
    }
    expect(Object.entries(found).filter(([, list]) => list.length > 0)).toEqual([]);
  });
}

/** Nothing makes the page scroll sideways, and every control can be brought into the window and clicked there. */
async function fits(page: Page): Promise<void> {
  const sideways = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(await sideways()).toBe(0);
  const width = page.viewportSize()!.width;
  const controls = [
    page.getByRole('combobox', { name: 'Model' }),
    prompt(page),
    ...['Run', 'Examples', 'Copy link', 'Export', 'Help', '+ Map', 'Enlarge Attention flow'].map((name) =>
      page.getByRole('button', { name }),
    ),
    page.getByRole('button', { name: /^Colours/ }),
    tokens(page).first(),
    tokens(page).last(),
    ...['Target', 'Direction', 'First block', 'Last block', 'Scale'].map((name) =>
      page.getByRole('combobox', { name, exact: true }),
    ),
    page.getByRole('textbox', { name: 'or a word' }),
    page.getByLabel('Hide first token'),
    page.getByRole('grid', { name: 'Attention flow' }),
    page.getByRole('button', { name: 'Show table' }).first(),
    page.getByRole('button', { name: 'Show table' }).last(),
  ];
  for (const control of controls) {
    await control.click({ trial: true }); // scrolls there, and fails where something else lies on top
    const box = (await control.boundingBox())!;
    expect(box.x, String(control)).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width, String(control)).toBeLessThanOrEqual(width);
  }
  for (const name of ['3-D slice', 'Pair', 'Layers', 'Row']) {
    await tab(page, name).click();
    await ready(page);
    expect(await sideways(), name).toBe(0);
  }
}

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

  test('The page fits a phone’s width: no sideways scroll, every control in reach', async ({ page }) => {
    await open(page, reference);
    await fits(page);
  });
});

test.describe('at 200 % zoom', () => {
  test.use({ viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 });

  test('The page fits a window at 200 % zoom: no sideways scroll, every control in reach', async ({ page }) => {
    await open(page, reference);
    await fits(page);
  });
});

test('With reduced motion nothing moves, fades or scrolls smoothly', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, shortReference);
  await tokens(page).nth(3).click();
  await page.getByRole('button', { name: 'Help' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')].flatMap((element) => {
      const style = getComputedStyle(element);
      const seconds = `${style.transitionDuration},${style.transitionDelay}`.split(',').map(Number.parseFloat);
      const moves =
        seconds.some((each) => each > 0) || style.animationName !== 'none' || style.scrollBehavior === 'smooth';
      return moves ? [`${element.tagName}.${element.className}`] : [];
    }),
  );
  expect([...new Set(moving)]).toEqual([]);
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

test('The theme button overrides the system’s colours and is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open(page, shortReference);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  const theme = page.getByRole('button', { name: /^Colours/ });
  while ((await theme.getAttribute('aria-label')) !== 'Colours: dark') await theme.click();
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await ready(page);
  expect(await ground()).toBe(dark);
});

for (const width of [1440, 1024, 390]) {
  test(`The inspector's tabs stand in one line at ${width} pixels, and the chosen one is in sight`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`/${shortReference}&tab=faithfulness`);
    await ready(page);
    const strip = page.getByRole('tablist', { name: 'Inspector' });
    const within = async (name: string) => {
      const [line, one] = [(await strip.boundingBox())!, (await page.getByRole('tab', { name }).boundingBox())!];
      return one.x >= line.x - 1 && one.x + one.width <= line.x + line.width + 1;
    };
    const tops = await strip.getByRole('tab').evaluateAll((tabs) => tabs.map((tab) => tab.getBoundingClientRect().top));
    expect(new Set(tops).size).toBe(1);
    await expect.poll(() => within('Faithfulness')).toBe(true);
    await page.getByRole('tab', { name: 'Faithfulness' }).focus();
    await page.keyboard.press('Home');
    await expect(page.getByRole('tab', { name: 'Row' })).toBeFocused();
    await expect.poll(() => within('Row')).toBe(true);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('tab', { name: 'Row' })).toHaveAttribute('aria-selected', 'true');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}
