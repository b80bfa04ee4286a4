// Plan: page and engine together are at most 300 kB gzipped, digits not counted; the page is painted within a second of
// the request on a local server; its files name nothing outside their folder, and its policy allows no inline code.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describeInChromium, launchChromium, openPage } from './chromium.js';
import { builtPage } from './built-page.js';

describeInChromium('what the page weighs', () => {
  let built: { readonly folder: string; readonly url: string };
  beforeAll(async () => {
    built = await builtPage();
  });

  test('is at most 300 kB gzipped', () => {
    const files = readdirSync(built.folder).filter((name) => name !== 'digits.data');
    expect(files).toEqual(expect.arrayContaining(['index.html', 'main.js', 'worker.js', 'style.css']));
    const sizes = files.map((name) => gzipSync(readFileSync(join(built.folder, name))).length);
    // 287 kB when this was written: half of it is the engine, a fifth the decoder of JPEG files.
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(300_000);
  });

  test('is painted within a second', async () => {
    const browser = await launchChromium();
    const { page } = await openPage(browser, built.url);
    const painted = await page.evaluate<number>(`new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntriesByName('first-contentful-paint')[0].startTime))
        .observe({ type: 'paint', buffered: true });
    })`);
    expect(painted).toBeLessThan(1000);
  });

  test('names nothing outside its folder, and allows no inline code', () => {
    const html = readFileSync(join(built.folder, 'index.html'), 'utf8');
    const addresses = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    expect(addresses.filter((address) => !/^(?:#\w+|[\w.-]+)$/.test(address))).toEqual([]);
    const [, policy] = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html)!;
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  });
});
