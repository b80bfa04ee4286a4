import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { buildWeb } from '../../scripts/build-web.mjs';
import { openPage, type WatchedPage } from './chromium.js';
import { serveFolder } from './static-server.js';

const built = new Set<string>();

afterAll(() => {
  for (const folder of built) rmSync(folder, { recursive: true, force: true });
});

/** Builds the page into a folder, and serves it below a path; both are gone after the tests of the file. */
export async function builtPage(): Promise<{ readonly folder: string; readonly url: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'cntk-web-'));
  built.add(folder);
  await buildWeb(folder);
  const { url } = await serveFolder(folder);
  return { folder, url };
}

/** The page at an address, when it can run; `hash` are its settings. */
export async function readyPage(
  browser: Browser,
  url: string,
  hash: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const opened = await openPage(browser, `${url}#${hash}`, options);
  const { page } = opened;
  await page.locator('#run:enabled, #no-webgpu:visible').first().waitFor({ timeout: 120_000 });
  const missing = page.locator('#no-webgpu:visible');
  if ((await missing.count()) > 0) throw new Error(`the page has no device: ${await missing.innerText()}`);
  return opened;
}

/** Waits for the end of a run. @returns what the page says of it */
export async function runEnded(page: Page): Promise<string> {
  await page
    .locator('#progress-text', { hasText: /^(?:Done|Cancelled|Ended)/ })
    .waitFor({ timeout: 120_000 });
  return (await page.textContent('#progress-text'))!;
}

/** Waits until an expression holds in the page. Playwright's own way needs eval, which the page's policy forbids. */
export async function until(page: Page, expression: string): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end;) {
    if (await page.evaluate<boolean>(`Boolean(${expression})`)) return;
    await page.waitForTimeout(30);
  }
  throw new Error(`not within half a minute: ${expression}`);
}

/** Chooses a kind of network as people do, by its label: that is clicked when it stands still, which a card may hinder. */
export async function chooseNetwork(page: Page, value: string): Promise<void> {
  await page.click(`label:has([name=network][value=${value}])`);
  await page.locator(`[name=network][value=${value}]:checked`).waitFor({ state: 'attached' });
}
