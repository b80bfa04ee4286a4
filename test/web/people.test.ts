// Plan: the page for people: axe finds nothing serious before and after a run, in light and in dark; nothing is cut off or
// scrolls sideways from 360 pixels to wide screens, and figures follow when a window changes, nor with letters
// further apart; a run is started, watched and
// explored by keys alone; and who wants no motion gets none.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium, openPage } from './chromium.js';
import { builtPage, readyPage, runEnded, until } from './built-page.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SMALL = 'train=20&test=10&network=v&depth=4';

/** What axe calls serious or critical, one line each. */
async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return await page.evaluate<string[]>(`axe.run(document).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ': ' + target + ': ' + failureSummary)))`);
}

/** How far the page is wider than its window, and elements that reach beyond it. */
async function overflow(page: Page): Promise<unknown> {
  return await page.evaluate(`[
    document.documentElement.scrollWidth - document.documentElement.clientWidth,
    ...[...document.querySelectorAll('.card, .setup > *, .card > *, h1, svg, canvas')]
      .filter((each) => !each.closest('.strip, .scroll, .speakers') && each.getBoundingClientRect().right > innerWidth + 1)
      .map((each) => each.outerHTML.slice(0, 80)),
  ]`);
}

describeInChromium('the page for people', () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    ({ url } = await builtPage());
    browser = await launchChromium();
  });

  test('axe finds nothing serious, in light and in dark', async () => {
    const { page, faults } = await readyPage(browser, url, SMALL);
    const inBoth = async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect([colorScheme, await seriousFaults(page)]).toEqual([colorScheme, []]);
      }
    };
    await inBoth();
    await page.click('#run');
    await runEnded(page);
    await page.locator('#why .voice').nth(9).waitFor();
    await page.locator('#spectrum-figure svg').waitFor();
    await inBoth();
    expect(faults).toEqual([]);
    // The control: axe runs, and sees a picture without a text.
    await page.evaluate(`document.body.append(new Image())`);
    expect(await seriousFaults(page)).toHaveLength(1);
  });

  test('nothing reaches beyond the window from 360 pixels on, and figures follow its width', async () => {
    const { page } = await readyPage(browser, url, SMALL, { viewport: { width: 360, height: 740 } });
    expect(await overflow(page)).toEqual([0]);
    await page.click('#run');
    await runEnded(page);
    await page.locator('#why .voice').nth(9).waitFor();
    await page.locator('#spectrum-figure svg').waitFor();
    // Letters and lines further apart, as some people read them.
    await page.evaluate(`{
      const apart = new CSSStyleSheet();
      apart.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }');
      document.adoptedStyleSheets = [apart];
    }`);
    expect(await overflow(page)).toEqual([0]);
    await page.evaluate(`document.adoptedStyleSheets = []`);
    const widths: number[] = [];
    for (const width of [360, 768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      // Figures are drawn again for the width that they have.
      await until(
        page,
        `['#accuracy-figure', '#spectrum-figure'].every((id) => {
        const figure = document.querySelector(id);
        return Math.abs(Number(figure.firstElementChild.getAttribute('width')) - figure.clientWidth) <= 1;
      })`,
      );
      expect([width, await overflow(page)]).toEqual([width, [0]]);
      widths.push((await page.locator('#matrix').boundingBox())!.width);
    }
    expect(Math.min(...widths)).toBeGreaterThan(240);
  });

  test('keys alone choose, run, explore and save', async () => {
    const { page } = await readyPage(browser, url, SMALL);
    const focused = () => page.evaluate<string>(`document.activeElement.id || document.activeElement.value`);
    /** Presses Tab until the element with this id, or value, has the focus. */
    const tabTo = async (name: string) => {
      for (let presses = 0; presses < 60 && (await focused()) !== name; presses++)
        await page.keyboard.press('Tab');
      expect(await focused()).toBe(name);
    };
    await tabTo('train');
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('#train-value')).toBe('30');
    await tabTo('v');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('gap');
    await page.keyboard.press('ArrowLeft');
    await page.locator('#run:enabled').waitFor();
    await page.focus('.skip');
    await tabTo('run');
    await page.keyboard.press('Enter');
    expect(await runEnded(page)).toMatch(/^Done/);
    // A screen reader hears of the end.
    expect(await page.textContent('#announcer')).toMatch(
      /^Done .* \d+\.0 % of 10 test images are classified rightly at depth 4\.$/,
    );
    expect(await focused()).toBe('run');
    await tabTo('shown');
    await page.keyboard.press('ArrowLeft');
    expect(await page.getAttribute('#shown', 'aria-valuetext')).toBe('depth 3');
    await tabTo('strip');
    await page.locator('#why .verdict').waitFor();
    const before = await page.getAttribute('#strip', 'aria-activedescendant');
    await page.keyboard.press('ArrowRight');
    expect(await page.getAttribute('#strip', 'aria-activedescendant')).not.toBe(before);
    await tabTo('pad');
  });

  test('who wants no motion gets none', async () => {
    const moving = async (reducedMotion: 'reduce' | 'no-preference') => {
      const { page } = await openPage(browser, url, { reducedMotion });
      await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<div class="fill"></div>')`);
      return await page.evaluate(`getComputedStyle(document.querySelector('.fill')).transitionDuration`);
    };
    expect([await moving('reduce'), await moving('no-preference')]).toEqual(['0s', '0.18s']);
  });
});
