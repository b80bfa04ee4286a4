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
import { builtPage, chooseNetwork, readyPage, runEnded, until } from './built-page.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-page-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Saves what a button offers. */
async function download(page: Page, button: string): Promise<string> {
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  const path = join(folder, saved.suggestedFilename());
  await saved.saveAs(path);
  return path;
}

/** What the page says of the drawing when it has seen all of it. */
async function verdictOfDrawing(page: Page): Promise<string | null> {
  await page.locator('#drawn[aria-busy=false] .verdict').waitFor();
  return await page.textContent('#drawn .verdict strong');
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
      await page.locator('#why .voice').nth(9).waitFor();
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

    test('classifies what is drawn, by pointer and by keys alike', async () => {
      const pad = page.locator('#pad');
      await pad.scrollIntoViewIfNeeded();
      const { x, y, width } = (await pad.boundingBox())!;
      const border = 1;
      const side = width - 2 * border;
      const at = (share: number) => border + share * side;
      // A one is a line; the keys begin at a quarter of the height, and go on by a sixteenth.
      await page.mouse.move(x + at(0.5), y + at(4 / 16));
      await page.mouse.down();
      await page.mouse.move(x + at(0.5), y + at(14 / 16), { steps: 4 });
      await page.mouse.up();
      const byPointer = await verdictOfDrawing(page);
      expect(byPointer).toMatch(/^This is \d\.$/);
      await page.click('#clear-pad');
      expect(await page.locator('#drawn .verdict').count()).toBe(0);
      expect(await page.getAttribute('#drawn', 'aria-busy')).toBe('false');
      await pad.focus();
      await page.keyboard.press('Space');
      for (let step = 0; step < 10; step++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Space');
      expect(await verdictOfDrawing(page)).toBe(byPointer);
      expect(faults).toEqual([]);
    });

    test('says of a drawing only what was found of it as it is', async () => {
      // The answers are kept back, and handed out in the order that a slow device would give.
      await page.evaluate(`(() => {
        const { postMessage } = Worker.prototype;
        window.asked = [];
        Worker.prototype.postMessage = function (message) {
          if (message.kind === 'classify') window.asked.push(message.drawing);
          else postMessage.apply(this, arguments);
        };
      })()`);
      const asked = async (count: number) => {
        await until(page, `window.asked.length >= ${count}`);
        return await page.evaluate<number>(`window.asked.at(-1)`);
      };
      /** The worker answers a drawing: so sure is it of this class. */
      const answer = async (drawing: number, predicted: number | undefined) => {
        const scores = Array.from({ length: 10 }, (_, c) => (c === predicted ? 1 : 0));
        const speakers = scores.map(() => []);
        const speech = predicted === undefined ? undefined : { predicted, scores, speakers };
        await page
          .workers()[0]
          .evaluate(`postMessage(${JSON.stringify({ kind: 'drawing', drawing, speech, elapsedMs: 1 })})`);
      };
      const state = async () => [
        await page.getAttribute('#drawn', 'aria-busy'),
        (await page.locator('#drawn .verdict strong').allTextContents()).join(),
      ];
      const shows = (text: string) =>
        until(page, `document.querySelector('#drawn').textContent.includes('${text}')`);
      await page.click('#clear-pad');
      await page.focus('#pad');
      await page.keyboard.press('Space');
      const first = await asked(1);
      await page.keyboard.press('ArrowUp');
      const second = await asked(2);
      expect(second).toBeGreaterThan(first);
      // What was found of the drawing before its last stroke is shown, and does not end the waiting.
      await answer(first, 3);
      await shows('This is 3.');
      expect(await state()).toEqual(['true', 'This is 3.']);
      await answer(second, 4);
      await shows('This is 4.');
      expect(await state()).toEqual(['false', 'This is 4.']);
      await page.keyboard.press('ArrowUp');
      const third = await asked(3);
      expect((await state())[0]).toBe('true');
      await page.keyboard.press('Delete');
      expect(await state()).toEqual(['false', '']);
      // An answer to what was cleared is no answer to what is drawn now.
      await page.keyboard.press('Space');
      const fourth = await asked(4);
      await answer(third, 5);
      await answer(fourth, 6);
      await shows('This is 6.');
      expect(await state()).toEqual(['false', 'This is 6.']);
      await page.keyboard.press('ArrowUp');
      const fifth = await asked(5);
      await answer(third, 5);
      await answer(fifth, undefined);
      await until(page, `document.querySelector('#drawn').ariaBusy === 'false'`);
      expect(await state()).toEqual(['false', 'This is 6.']);
      // Nobody answers any more.
      await page.keyboard.press('ArrowUp');
      await asked(6);
      expect((await state())[0]).toBe('true');
      await page.workers()[0].evaluate(`postMessage({ kind: 'failed', message: 'it has ended' })`);
      await page.locator('#notice-text', { hasText: 'it has ended' }).waitFor();
      expect(await page.locator('#drawn[aria-busy=false]').count()).toBe(1);
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
    await chooseNetwork(page, 'v');
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
