// Plan: what a run does beside the usual: a device that is lost in its middle is reported, and the run goes on with another
// one from what was kept, to the values of an undisturbed run, and so does a drawing; a preset and layers of one's own are drawn and computed, and
// a list of layers that is none is refused in the words of the command line; a link holds the settings, and one that holds
// nonsense is read without harm.
import type { Browser, Page, Worker } from 'playwright-core';
import { parseNetwork } from '../../src/data/network-text.js';
import { presetNetwork } from '../../src/network/presets.js';
import { OFFERED_PRESETS } from '../../src/web/page/offered-presets.js';
import { describeInChromium, launchChromium, openPage } from './chromium.js';
import { builtPage, chooseNetwork, readyPage, runEnded, until } from './built-page.js';

/**
 * Makes the worker's device go away at the `submissions`-th time from now that it is given work; as in a browser whose
 * process for graphics begins anew, there is no adapter at first.
 */
async function loseDevice(worker: Worker, submissions: number): Promise<void> {
  await worker.evaluate(`(() => {
    const { createCommandEncoder } = GPUDevice.prototype;
    let left = ${submissions};
    GPUDevice.prototype.createCommandEncoder = function (...given) {
      if (--left === 0) {
        GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
        const { requestAdapter } = GPU.prototype;
        GPU.prototype.requestAdapter = async () => {
          GPU.prototype.requestAdapter = requestAdapter;
          return null;
        };
        this.destroy();
      }
      return createCommandEncoder.apply(this, given);
    };
  })()`);
}

/** The pixels of the matrix that is shown, as one text. */
async function matrixOf(page: Page): Promise<string> {
  return await page.evaluate<string>(`document.querySelector('#matrix').toDataURL()`);
}

describeInChromium('a run', () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    ({ url } = await builtPage());
    browser = await launchChromium();
  });

  test('goes on when its device is lost, to the same values', async () => {
    const { page } = await readyPage(browser, url, 'train=40&test=10&network=v&depth=4');
    await page.click('#run');
    await runEnded(page);
    const [matrix, accuracy] = [await matrixOf(page), await page.textContent('#accuracy')];
    expect(await page.locator('#notice').isVisible()).toBe(false);
    await loseDevice(page.workers()[0], 4);
    await page.click('#run');
    await page.locator('#notice:visible').waitFor();
    expect(await page.textContent('#notice')).toMatch(/was lost.*goes on from what was computed/);
    expect(await runEnded(page)).toMatch(/^Done/);
    expect([await matrixOf(page), await page.textContent('#accuracy')]).toEqual([matrix, accuracy]);
    // So does a drawing that is being looked at.
    await page.click('#close-notice');
    await page.locator('#draw-card:visible').waitFor();
    await loseDevice(page.workers()[0], 1);
    await page.click('#pad');
    await page.locator('#drawn[aria-busy=false] .verdict').waitFor();
    expect(await page.textContent('#notice-text')).toMatch(/was lost/);
  });

  test('computes a preset, and layers of one’s own', async () => {
    const { page, faults } = await readyPage(browser, url, 'train=20&test=10&network=preset&preset=fc:3');
    expect(await page.textContent('#network-figure')).toContain('dense');
    await page.click('#run');
    expect(await runEnded(page)).toMatch(/^Done/);
    expect(parseFloat((await page.textContent('#accuracy'))!)).toBeGreaterThan(20);
    expect(await page.locator('#shown-control').isVisible()).toBe(false);
    // The editor begins with the network that was there.
    await chooseNetwork(page, 'layers');
    expect(await page.inputValue('#layers')).toContain('flatten');
    const text = '- { layer: conv, size: 3 }\n- { layer: relu }\n- { layer: gap }\n- { layer: dense }\n';
    await page.fill('#layers', text);
    await until(page, `document.querySelector('#network-figure').textContent.includes('gap')`);
    await page.locator('#run:enabled').waitFor();
    await page.click('#run');
    expect(await runEnded(page)).toMatch(/^Done/);
    expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('layers')).toBe(text);
    for (const wrong of ['- { layer: convolution }', '- { layer: conv, size: 3', '[]']) {
      await page.fill('#layers', wrong);
      const message = (() => {
        try {
          parseNetwork('layers', wrong);
        } catch (error) {
          return (error as Error).message;
        }
        throw new Error('it is a network');
      })();
      await page.locator('#network-error', { hasText: message.slice(0, 60) }).waitFor();
      expect(await page.textContent('#network-error')).toBe(message);
      expect(await page.locator('#run').isEnabled()).toBe(false);
    }
    expect(faults).toEqual([]);
  });

  test('offers presets that there are', () => {
    expect(OFFERED_PRESETS.length).toBeGreaterThan(5);
    for (const name of OFFERED_PRESETS) expect(presetNetwork(name).layers.length).toBeGreaterThan(0);
  });

  test('takes its settings from a link, and nothing else', async () => {
    const nonsense = 'train=1e9&depth=7&network=<b>&kernel=nngp&__proto__=1&seed=-3';
    const { page, faults } = await openPage(browser, `${url}#${nonsense}`);
    await page.locator('#run:enabled').waitFor();
    const notice = (await page.textContent('#notice'))!;
    for (const part of ['train=1e9', 'network=<b>', '__proto__=1', 'seed=-3']) expect(notice).toContain(part);
    for (const part of ['depth=7', 'kernel=nngp']) expect(notice).not.toContain(part);
    expect(await page.inputValue('#depth')).toBe('7');
    expect(await page.inputValue('#train')).toBe('200');
    expect(await page.isChecked('[name=kernel][value=nngp]')).toBe(true);
    // The address is followed while the page is open.
    await page.evaluate(`location.hash = 'train=50&network=lap&radius=3'`);
    await until(page, `document.querySelector('#train').value === '50'`);
    expect(await page.inputValue('#radius')).toBe('3');
    await page.locator('#estimate', { hasText: 'About' }).waitFor();
    expect(faults).toEqual([]);
  });
});
