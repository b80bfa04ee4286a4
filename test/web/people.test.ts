// Plan: the page for people: axe finds nothing serious before and after a run, in light and in dark; nothing is cut off or
// scrolls sideways from 360 pixels to wide screens, and figures follow when a window changes; a run is started, watched and
// explored by keys alone; the page is never blocked for more than 50 ms; and who wants no motion gets none.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from './chromium.js';
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

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name?: string };
  /** Of the thread's own time: what other programs take from a busy machine, and SwiftShader does, is not the page's. */
  readonly tdur?: number;
}

/** Tasks of the page's main thread that took more than 50 ms, in milliseconds. */
function longTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const main = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  );
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) =>
      name.endsWith('RunTask') &&
      ph === 'X' &&
      main.some((thread) => thread.pid === pid && thread.tid === tid),
  );
  expect(tasks.length).toBeGreaterThan(0);
  return tasks.map(({ tdur = NaN }) => tdur / 1000).filter((elapsedMs) => !(elapsedMs <= 50));
}

describeInChromium('the page for people', () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    ({ url } = await builtPage());
    browser = await launchChromium();
  });

  test.each(['light', 'dark'] as const)('axe finds nothing serious in %s', async (colorScheme) => {
    const { page, faults } = await readyPage(browser, url, SMALL, { colorScheme });
    expect(await seriousFaults(page)).toEqual([]);
    await page.click('#run');
    await runEnded(page);
    await page.locator('#why .voice').first().waitFor();
    await page.locator('#spectrum-card').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
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
    await page.locator('#why .voice').first().waitFor();
    await page.locator('#spectrum-figure svg').waitFor();
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
    expect(await page.textContent('#announcer')).toMatch(/^Done/);
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

  test('the page is never blocked for more than 50 ms', async () => {
    const { page } = await readyPage(browser, url, 'train=100&test=50&network=v&depth=8');
    await browser.startTracing(page, { categories: ['toplevel'] });
    await page.click('#run');
    await runEnded(page);
    await page.focus('#shown');
    for (let step = 0; step < 5; step++) await page.keyboard.press('ArrowLeft');
    await page.locator('#spectrum-figure svg').waitFor();
    const between = longTasks(await browser.stopTracing());
    // The control: what does block is seen.
    await browser.startTracing(page, { categories: ['toplevel'] });
    await page.evaluate(
      `(() => { for (const end = performance.now() + 300; performance.now() < end; ); })()`,
    );
    expect(longTasks(await browser.stopTracing()).length).toBeGreaterThan(0);
    expect(between).toEqual([]);
  });

  test('who wants no motion gets none', async () => {
    const moving = async (reducedMotion: 'reduce' | 'no-preference') => {
      const { page } = await readyPage(browser, url, SMALL, { reducedMotion });
      await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<div class="fill"></div>')`);
      return await page.evaluate(`getComputedStyle(document.querySelector('.fill')).transitionDuration`);
    };
    expect([await moving('reduce'), await moving('no-preference')]).toEqual(['0s', '0.18s']);
  });
});
