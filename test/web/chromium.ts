import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];
const APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser that `CHROMIUM` names, or the first usual one that starts; undefined if there is none. */
function findChromium(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
    ...APPLICATIONS,
  ];
  // A stub of a snap is a program too, and does not start where there is no snap daemon.
  return candidates.find(
    (path) => isProgram(path) && spawnSync(path, ['--version'], { timeout: 60_000 }).status === 0,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const executablePath = findChromium();

/** `describe` where there is a Chromium; elsewhere the tests are skipped, and a line says so. */
export function describeInChromium(name: string, tests: () => void): void {
  if (executablePath === undefined) {
    process.stderr.write(
      `${name}: skipped, since no Chromium is found; scripts/install-chromium.sh installs it, or name one in CHROMIUM\n`,
    );
  }
  (executablePath === undefined ? describe.skip : describe)(name, tests);
}

const opened: Browser[] = [];

/** The environment without the Vulkan driver that the tests of Node may run on: a browser brings its own. */
function ownDrivers(): Record<string, string> {
  const driver = /^VK_|^LD_LIBRARY_PATH$/;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      driver.test(name) || value === undefined ? [] : [[name, value]],
    ),
  );
}

const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
/** On a busy machine the process that computes answers late, and would be ended, a few times, and then never started again. */
const PATIENT = ['--disable-gpu-watchdog', '--disable-gpu-process-crash-limit'];

/** Starts a browser whose WebGPU is SwiftShader, or that has none; it is closed after the tests of the file. */
export async function launchChromium({ webgpu = true } = {}): Promise<Browser> {
  const args = [
    ...(webgpu ? [...SWIFTSHADER, ...PATIENT] : ['--disable-gpu']),
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  const browser = await chromium.launch({ executablePath, args, env: ownDrivers() });
  opened.push(browser);
  return browser;
}

afterAll(async () => {
  for (const browser of opened.splice(0)) await browser.close();
});

/** A page, and what went wrong in it so far. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, violations of the policy, failed and foreign requests; workers' too. */
  readonly faults: string[];
}

/** Opens an address in a context of its own. Requests that leave its origin are faults. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const faults: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('crash', () => faults.push('the page crashed'));
  page.on('requestfailed', (request) => {
    faults.push(`request: ${request.url()} failed: ${request.failure()?.errorText}`);
  });
  page.on('request', (request) => {
    const target = new URL(request.url());
    if (/^(?:https?|wss?):$/.test(target.protocol) && target.origin !== origin)
      faults.push(`request: ${request.url()} leaves ${origin}`);
  });
  // A policy that only reports, or an inline style, is not always an error on the console.
  await page.addInitScript({
    content: `document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      console.error('policy: ' + effectiveDirective + ' forbids ' + blockedURI);
    });`,
  });
  await page.goto(url);
  return { page, faults };
}
