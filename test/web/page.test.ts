// Plan: the page in a real Chromium on SwiftShader, served from a sub-path: it loads without a fault, runs, and shows what
// it computed; the kernel that it saves is the one that Node computes, in the bytes that Node writes; a cancelled run ends
// and another one begins; a drawing is classified, by pointer and by keys; and without WebGPU the page says so.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { loadDigits } from '../../src/data/digits.js';
import { readNpy, writeNpy } from '../../src/data/npy.js';
import { cntk, kernel } from '../../src/index.js';
import { chooseImages } from '../../src/web/engine/chosen-images.js';
import { DEFAULT_SETTINGS } from '../../src/web/settings.js';
import { testGpu } from '../support/gpu.js';
import { describeInChromium, launchChromium, openPage } from './chromium.js';
import { builtPage, readyPage, runEnded, until } from './built-page.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Saves what a button offers. */
async function download(page: Page, button: string): Promise<string> {
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  const path = join(folder, saved.suggestedFilename());
  await saved.saveAs(path);
  return path;
}

describeInChromium('the page', () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    ({ url } = await builtPage());
    browser = await launchChromium();
  });

  describe('a run', () => {
    let page: Page;
    let faults: readonly string[];

    beforeAll(async () => {
      ({ page, faults } = await readyPage(browser, url, 'train=30&test=20&network=v&depth=5'));
      await page.click('#run');
    });

    test('ends with an accuracy, a matrix, mistakes and reasons, and no fault', async () => {
      expect(await runEnded(page)).toMatch(/^Done in .* element-layers\/s$/);
      const accuracy = parseFloat((await page.textContent('#accuracy'))!);
      // Chance is 10 %.
      expect(accuracy).toBeGreaterThan(50);
      const cells = (await page.locator('#confusion td:not(.none)').allTextContents()).map(Number);
      expect(cells.reduce((a, b) => a + b, 0)).toBe(20);
      const right = (await page.locator('#confusion td.right').allTextContents()).map(Number);
      expect(right.reduce((a, b) => a + b, 0)).toBe((accuracy * 20) / 100);
      await page.locator('.voice').first().waitFor();
      expect(await page.locator('#why .voice').count()).toBe(10);
      await page.locator('#spectrum-figure polyline').waitFor();
      // Every pixel is computed.
      const opaque = `(() => {
        const { width, height } = document.querySelector('#matrix');
        const { data } = document.querySelector('#matrix').getContext('2d').getImageData(0, 0, width, height);
        return [width, height, data.filter((value, i) => i % 4 === 3 && value === 255).length];
      })()`;
      expect(await page.evaluate(opaque)).toEqual([30, 30, 900]);
      expect(faults).toEqual([]);
    });

    test('saves the kernel that Node computes, in the bytes that Node writes', async () => {
      const settings = { ...DEFAULT_SETTINGS, train: 30, test: 20 };
      const { images, labels } = await loadDigits();
      const data = {
        kind: 'digits' as const,
        name: 'digits',
        images,
        labels: labels!,
        notes: [],
        inkShare: 1,
      };
      const chosen = chooseImages({ ...data, classNames: Array.from('0123456789') }, settings);
      const spec = cntk({ depth: 5, readout: 'vanilla' });
      const gpu = await testGpu();
      for (const [what, rows, columns] of [
        ['train', chosen.train, undefined],
        ['test', chosen.test, chosen.train],
      ] as const) {
        const saved = await download(page, `[data-download="${what}"]`);
        const wanted = await kernel(gpu, spec, rows, columns);
        const { data: found, shape } = await readNpy(saved);
        expect(shape).toEqual([wanted.rows, wanted.columns]);
        const errors = wanted.data.map((value, e) => Math.abs(found[e] / value - 1));
        expect(Math.max(...errors)).toBeLessThan(1e-6);
        const own = join(folder, 'own.npy');
        await writeNpy(own, shape, found as Float32Array);
        expect(readFileSync(saved).equals(readFileSync(own))).toBe(true);
      }
      const { data: classes } = await readNpy(await download(page, '[data-download="train-labels"]'));
      expect(Array.from(classes)).toEqual(Array.from(chosen.trainClasses));
    });

    test('is moved through its depths by the slider, and saves its figures', async () => {
      const shown = async () => [
        await page.textContent('#shown-value'),
        await page.textContent('#colour-low'),
      ];
      const before = await shown();
      await page.focus('#shown');
      await page.keyboard.press('Home');
      await until(page, `document.querySelector('#colour-low').textContent !== '${before[1]}'`);
      expect([before[0], (await shown())[0]]).toEqual(['5', '2']);
      await page.keyboard.press('End');
      await until(page, `document.querySelector('#colour-low').textContent === '${before[1]}'`);
      for (const name of ['accuracy', 'matrix', 'confusion', 'spectrum', 'network']) {
        const svg = readFileSync(await download(page, `[data-figure="${name}"]`), 'utf8');
        expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      }
    });

    test('classifies what is drawn, by pointer and by keys', async () => {
      const pad = page.locator('#pad');
      await pad.scrollIntoViewIfNeeded();
      const { x, y, width } = (await pad.boundingBox())!;
      // A one is a line.
      await page.mouse.move(x + 0.5 * width, y + 0.15 * width);
      await page.mouse.down();
      await page.mouse.move(x + 0.5 * width, y + 0.85 * width, { steps: 4 });
      await page.mouse.up();
      await page.locator('#drawn .verdict').waitFor();
      const byPointer = await page.textContent('#drawn .verdict strong');
      expect(byPointer).toMatch(/^This is \d\.$/);
      await page.click('#clear-pad');
      expect(await page.locator('#drawn .verdict').count()).toBe(0);
      await pad.focus();
      await page.keyboard.press('Space');
      for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      await page.locator('#drawn .verdict').waitFor();
      expect(await page.textContent('#drawn .verdict strong')).toBe(byPointer);
      expect(faults).toEqual([]);
    });
  });

  test('a run that is cancelled ends, and the next one begins', async () => {
    const { page, faults } = await readyPage(browser, url, 'train=200&test=100&network=gap&depth=11');
    await page.click('#run');
    await page.locator('#matrix-card').waitFor();
    await page.click('#cancel');
    expect(await runEnded(page)).toBe('Cancelled.');
    await page.fill('#train', '20');
    await page.fill('#test', '10');
    await page.check('[name=network][value=v]', { force: true });
    await page.locator('#run:enabled').waitFor();
    await page.click('#run');
    expect(await runEnded(page)).toMatch(/^Done/);
    expect(new URL(page.url()).hash).toBe('#train=20&test=10&network=v');
    expect(faults).toEqual([]);
  });

  test('without WebGPU the page says so, and how to get it in four browsers', async () => {
    const plain = await launchChromium({ webgpu: false });
    const { page } = await openPage(plain, url);
    await page.locator('#no-webgpu').waitFor();
    for (const name of ['Chrome', 'Edge', 'Firefox', 'Safari'])
      expect(await page.textContent('#no-webgpu')).toContain(name);
    expect(await page.locator('#run').isEnabled()).toBe(false);
  });
});
