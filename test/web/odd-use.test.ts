// Plan: the page in use as nobody planned it: Run is pressed twice, and Cancel before the run has begun; settings, data, depth
// and window change while it computes, a bad file comes, and a kernel is saved before it is whole; few images are dropped,
// colours after a digit was drawn, and files that take longer than what is wanted after them; two pages compute at once; and the page is opened as a file.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { writeNpy } from '../../src/data/npy.js';
import { describeInChromium, launchChromium } from './chromium.js';
import { builtPage, chooseNetwork, readyPage, runEnded, until } from './built-page.js';

const files = mkdtempSync(join(tmpdir(), 'cntk-odd-'));
afterAll(() => rmSync(files, { recursive: true, force: true }));
const path = (name: string) => join(files, name);

/** Writes images of two classes, and their labels. */
async function writeImages(name: string, count: number, channels: number): Promise<string[]> {
  const data = Float32Array.from({ length: 36 * channels * count }, (_, i) => ((i * 7919) % 101) / 101);
  const names = [path(`x_${name}.npy`), path(`y_${name}.npy`)];
  await writeNpy(names[0], [count, channels, 6, 6], data);
  await writeNpy(
    names[1],
    [count],
    Int32Array.from({ length: count }, (_, i) => i % 2),
  );
  return names;
}

async function drop(page: Page, names: readonly string[], facts: string): Promise<void> {
  await page.setInputFiles('#pick-files', names);
  await until(page, `document.querySelector('#data-facts').textContent.includes('${facts}')`);
}

describeInChromium('the page, used oddly', () => {
  let browser: Browser;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    ({ url, folder } = await builtPage());
    browser = await launchChromium();
  });

  test('Cancel before a run has begun ends it, and Run pressed twice begins one', async () => {
    const { page, faults } = await readyPage(browser, url, 'train=40&test=10&network=v&depth=3');
    // Another network, whose speed is measured before its run begins.
    await page.evaluate(`{
      document.querySelector('[name=network][value=gap]').click();
      document.querySelector('#run').click();
      document.querySelector('#cancel').click();
    }`);
    expect(await runEnded(page)).toBe('Cancelled.');
    expect(await page.locator('#matrix-card').isVisible()).toBe(false);
    await chooseNetwork(page, 'v');
    await page.locator('#run:enabled').waitFor();
    const asked = await page.evaluate<number>(`(() => {
      const { postMessage } = Worker.prototype;
      let runs = 0;
      Worker.prototype.postMessage = function (message) {
        if (message.kind === 'run') runs++;
        return postMessage.apply(this, arguments);
      };
      const run = document.querySelector('#run');
      run.click();
      run.click();
      run.form.requestSubmit();
      Worker.prototype.postMessage = postMessage;
      return runs;
    })()`);
    expect(asked).toBe(1);
    expect(await runEnded(page)).toMatch(/^Done/);
    expect(faults).toEqual([]);
  });

  test('what changes while it computes does it no harm', async () => {
    const colours = await writeImages('colours', 40, 3);
    writeFileSync(path('notes.txt'), 'a text\n');
    const { page, faults } = await readyPage(browser, url, 'train=60&test=40&network=gap&depth=6');
    await page.click('#run');
    await page.locator('#matrix-card:visible').waitFor();
    await page.fill('#depth', '9');
    await page.locator('#estimate', { hasText: 'when the run has ended' }).waitFor();
    await drop(page, colours, '40 images of 6×6 pixels, 3 channels');
    await page.setInputFiles('#pick-files', path('notes.txt'));
    await page.locator('#data-error:visible').waitFor();
    expect(await page.textContent('#data-facts')).toContain('3 channels');
    await page.setViewportSize({ width: 500, height: 700 });
    await page.focus('#shown');
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft');
    // What is not computed is not saved as if it were.
    await page.click('[data-download=test]');
    await page.locator('#notice-text', { hasText: 'K-test: is not computed to its end' }).waitFor();
    await page.click('#close-notice');
    expect(await page.locator('#notice').isVisible()).toBe(false);
    expect(await page.locator('#save-accuracy').isVisible()).toBe(false);
    // The run goes on with the images and the network that it began with.
    expect(await runEnded(page)).toMatch(/^Done/);
    expect(await page.locator('#confusion tbody tr').count()).toBe(10);
    expect(await page.textContent('#shown-value')).toBe('3');
    await page.locator('#drawn').scrollIntoViewIfNeeded();
    await page.locator('#pad').click();
    await page.locator('#drawn[aria-busy=false] .verdict').waitFor();
    // The next one takes the new ones; nobody draws in colours, and what was drawn before asks nothing.
    await page.locator('#run:enabled').waitFor();
    await page.click('#run');
    expect(await runEnded(page)).toMatch(/^Done/);
    expect(await page.locator('#confusion tbody tr').count()).toBe(2);
    expect(await page.locator('#draw-card').isVisible()).toBe(false);
    expect(await page.getAttribute('#drawn', 'aria-busy')).toBe('false');
    expect(await page.locator('#notice').isVisible()).toBe(false);
    expect(faults).toEqual([]);
  });

  test('few images are computed with, and too few are told of', async () => {
    const { page, faults } = await readyPage(browser, url, 'train=20&test=10&network=v&depth=3');
    const values = async () => [
      await page.textContent('#train-value'),
      await page.textContent('#test-value'),
    ];
    await drop(page, await writeImages('fifteen', 15, 1), '15 images');
    expect(await values()).toEqual(['10', '5']);
    await drop(page, await writeImages('three', 3, 1), '3 images');
    expect(await values()).toEqual(['2', '1']);
    await page.locator('#run:enabled').waitFor();
    await page.click('#run');
    expect(await runEnded(page)).toMatch(/^Done/);
    await drop(page, await writeImages('two', 2, 1), '2 images');
    await page.locator('#run:enabled').waitFor();
    await page.click('#run');
    await page.locator('#notice-text', { hasText: 'has too few images: 2' }).waitFor();
    expect(await runEnded(page)).toMatch(/^Ended/);
    // A number between the tens is taken as it stands in an address, and tens are back with the digits.
    await page.click('#back-to-digits');
    await until(page, `document.querySelector('#data-facts').textContent.includes('1,797')`);
    await page.evaluate(`location.hash = 'train=25&test=7&network=v&depth=3'`);
    await until(page, `document.querySelector('#train').value === '25'`);
    expect(await values()).toEqual(['25', '7']);
    await page.evaluate(`location.hash = 'train=30&test=10&network=v&depth=3'`);
    await until(page, `document.querySelector('#train').value === '30'`);
    await page.focus('#train');
    await page.keyboard.press('ArrowRight');
    expect(await values()).toEqual(['40', '10']);
    expect(faults).toEqual([]);
  });

  test('of files that take long and digits that are wanted after them, the digits stay', async () => {
    const { page, faults } = await readyPage(browser, url, 'train=20&test=10&network=v&depth=3');
    const names = await writeImages('late', 20, 1);
    await drop(page, names, '20 images');
    // From now on files are read slowly.
    await page.workers()[0].evaluate(`{
      const { arrayBuffer } = Blob.prototype;
      Blob.prototype.arrayBuffer = async function () {
        while (self.isSlow !== false) await new Promise((resolve) => setTimeout(resolve, 20));
        return await arrayBuffer.call(this);
      };
    }`);
    await page.setInputFiles('#pick-files', names);
    await until(page, `document.querySelector('#data-facts').textContent === 'Reading…'`);
    await page.click('#back-to-digits');
    await until(page, `document.querySelector('#data-facts').textContent.includes('1,797')`);
    await page.workers()[0].evaluate(`self.isSlow = false`);
    // Long enough for twenty small images, and too short only to see what is wrong.
    await page.waitForTimeout(500);
    expect(await page.textContent('#data-facts')).toContain('1,797');
    // The control: files that are wanted last are taken.
    await drop(page, names, '20 images');
    expect(faults).toEqual([]);
  });

  test('two pages compute at once', async () => {
    const pages = await Promise.all(
      ['v', 'gap'].map((network) => readyPage(browser, url, `train=20&test=10&network=${network}&depth=3`)),
    );
    for (const { page } of pages) await page.click('#run');
    for (const { page, faults } of pages) {
      expect(await runEnded(page)).toMatch(/^Done/);
      expect(faults).toEqual([]);
    }
  });

  test('opened as a file it says that it needs a server', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, 'index.html')).href);
    await page.locator('#not-started:visible').waitFor();
    expect(await page.textContent('#not-started')).toContain('npm run web');
    // The control: from a server it does not say so.
    await page.goto(url);
    await page.locator('#setup:visible').waitFor();
    expect(await page.locator('#not-started').count()).toBe(0);
  });
});
