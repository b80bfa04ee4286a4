// Plan: files of one's own on the page: arrays with their labels are read, shown and computed with, a set to test on is
// taken as such, and a folder of pictures has its classes by name; a damaged file gets the message of the command line and
// changes nothing; and the digits come back.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Browser, Page } from 'playwright-core';
import { loadImages } from '../../src/data/load.js';
import { writeNpy } from '../../src/data/npy.js';
import { describeInChromium, launchChromium } from './chromium.js';
import { builtPage, readyPage, runEnded, until } from './built-page.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

/** Images of two classes, bright above or bright below. */
function halves(count: number): Float32Array {
  const bright = (at: number) => ((at & 16) > 0 ? 1 : 0) === (Math.floor(at / 36) & 1);
  return Float32Array.from({ length: 36 * count }, (_, at) => {
    const row = Math.floor((at % 36) / 6);
    const above = Math.floor(at / 36) % 2 === 0;
    return (row < 3 === above ? 0.8 : 0.1) + (bright(at) ? 0.05 : 0);
  });
}
const classes = (count: number) => Int32Array.from({ length: count }, (_, i) => i % 2);

beforeAll(async () => {
  await writeNpy(path('x_train.npy'), [40, 1, 6, 6], halves(40));
  await writeNpy(path('y_train.npy'), [40], classes(40));
  await writeNpy(path('x_test.npy'), [20, 1, 6, 6], halves(20));
  await writeNpy(path('y_test.npy'), [20], classes(20));
  writeFileSync(path('broken.npy'), readFileSync(path('x_train.npy')).subarray(0, 1000));
  for (const [c, name] of ['above', 'below'].entries()) {
    mkdirSync(path(`pictures/${name}`), { recursive: true });
    for (let i = 0; i < 15; i++) {
      const data = Uint8Array.from(
        halves(40).subarray(36 * (2 * i + c), 36 * (2 * i + c + 1)),
        (v) => 255 * v,
      );
      writeFileSync(
        path(`pictures/${name}/${i}.png`),
        encode({ width: 6, height: 6, data, channels: 1, depth: 8 }),
      );
    }
  }
});

describeInChromium('files of one’s own', () => {
  let page: Page;
  let faults: readonly string[];
  const facts = () => page.textContent('#data-facts');

  beforeAll(async () => {
    const { url } = await builtPage();
    const browser: Browser = await launchChromium();
    ({ page, faults } = await readyPage(browser, url, 'train=20&test=10&network=v&depth=3'));
  });
  afterEach(() => expect(faults).toEqual([]));

  test('a damaged one gets the message of the command line, and changes nothing', async () => {
    const before = await facts();
    const message = await loadImages([path('broken.npy')]).then(
      () => 'none',
      (error: unknown) => (error as Error).message.replace(`${folder}/`, ''),
    );
    await page.setInputFiles('#pick-files', path('broken.npy'));
    await page.locator('#data-error:visible').waitFor();
    expect(await page.textContent('#data-error')).toBe(message);
    expect(message).toMatch(/^broken\.npy, byte 1000: the data is cut off/);
    expect(await facts()).toBe(before);
    expect(await page.locator('#run').isEnabled()).toBe(true);
  });

  test('arrays of two sets with their labels are computed with', async () => {
    await page.setInputFiles(
      '#pick-files',
      ['x_train', 'y_train', 'x_test', 'y_test'].map((name) => path(`${name}.npy`)),
    );
    await until(page, `document.querySelector('#data-facts').textContent.includes('x_train.npy')`);
    expect(await facts()).toMatch(/40 images of 6×6 pixels in 2 classes/);
    expect(await page.locator('#data-error').isVisible()).toBe(false);
    // All of both sets may be asked for.
    expect([await page.getAttribute('#train', 'max'), await page.getAttribute('#test', 'max')]).toEqual([
      '40',
      '20',
    ]);
    await page.locator('#run:enabled').waitFor();
    await page.click('#run');
    expect(await runEnded(page)).toMatch(/^Done/);
    expect(await page.textContent('#accuracy')).toBe('100.0 %');
    expect(new URL(page.url()).hash).toContain('network=v');
  });

  test('a folder of pictures has its classes by name', async () => {
    await page.setInputFiles('#pick-folder', path('pictures'));
    await until(page, `document.querySelector('#data-facts').textContent.includes('30 images')`);
    await page.locator('#run:enabled').waitFor();
    await page.click('#run');
    expect(await runEnded(page)).toMatch(/^Done/);
    const names = await page.locator('#confusion tbody th').allTextContents();
    expect(names).toEqual(['above', 'below']);
  });

  test('the digits come back', async () => {
    await page.click('#back-to-digits');
    await until(page, `document.querySelector('#data-facts').textContent.includes('1,797')`);
    expect(await page.locator('#back-to-digits').isVisible()).toBe(false);
  });
});
