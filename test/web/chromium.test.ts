// Plan: in a real Chromium a served page gets SwiftShader as its adapter, and none where the flags are left out; what goes
// wrong in a page is seen, and a page without faults has none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeInChromium, launchChromium, openPage } from './chromium.js';
import { serveFolder } from './static-server.js';

const folder = mkdtempSync(join(tmpdir(), 'cntk-chromium-'));
const head = `<!doctype html><link rel="icon" href="data:,"><meta http-equiv="Content-Security-Policy" content="default-src 'self'; img-src data:">`;
writeFileSync(join(folder, 'index.html'), head);
writeFileSync(
  join(folder, 'faulty.html'),
  `${head}<script>1</script><script src="gone.js"></script><script src="faulty.js"></script>`,
);
writeFileSync(
  join(folder, 'faulty.js'),
  `console.error('said'); new Worker('worker.js'); fetch('https://example.org/'); throw new Error('thrown');`,
);
writeFileSync(
  join(folder, 'worker.js'),
  `console.error('said in the worker'); throw new Error('thrown in the worker');`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeInChromium('Chromium', () => {
  test('has SwiftShader as its adapter, and a page without faults', async () => {
    const browser = await launchChromium();
    const { url, missing } = await serveFolder(folder);
    expect(new URL(url).pathname).toBe('/some/where/');
    const { page, faults } = await openPage(browser, url);
    const architecture = await page.evaluate(
      `navigator.gpu.requestAdapter().then(({ info }) => info.architecture)`,
    );
    expect(architecture).toBe('swiftshader');
    expect({ faults, missing }).toEqual({ faults: [], missing: [] });
  });

  test('has no adapter without the flags', async () => {
    const browser = await launchChromium({ webgpu: false });
    const { url } = await serveFolder(folder);
    const { page } = await openPage(browser, url);
    const adapter = await page.evaluate(`(async () => (await navigator.gpu?.requestAdapter()) ?? null)()`);
    expect(adapter).toBeNull();
  });

  test('tells what goes wrong, in workers too', async () => {
    const browser = await launchChromium();
    const { url, missing } = await serveFolder(folder);
    const { page, faults } = await openPage(browser, `${url}faulty.html`);
    const expected = [
      'said',
      'said in the worker',
      'uncaught: Error: thrown',
      'thrown in the worker',
      'policy: script-src',
      'policy: connect-src',
      'gone.js',
    ];
    for (let tries = 0; tries < 100; tries++) {
      if (expected.every((text) => faults.some((fault) => fault.includes(text)))) break;
      await page.waitForTimeout(50);
    }
    for (const text of expected) expect(faults.join('\n')).toContain(text);
    expect(missing).toEqual(['/some/where/gone.js']);
  });
});
