// Plan: `npm run web` serves the page on the loopback address and prints where, with a policy on every file; nothing beside
// the page's own files is served; a port that is taken, and one that is none, are refused with what to do.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/web.mjs', import.meta.url));

test('the page is served, and nothing else', async () => {
  const server = spawn(process.execPath, [script, '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
    expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const url = line.trim();
    const page = await fetch(url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<title>');
    for (const name of ['main.js', 'worker.js', 'digits.data', 'mozjpeg_dec.wasm']) {
      const file = await fetch(url + name);
      expect([name, file.status]).toEqual([name, 200]);
      expect(file.headers.get('content-security-policy')).toMatch(/^default-src 'none';/);
      await file.arrayBuffer();
    }
    for (const path of ['package.json', '..%2fpackage.json', 'src/', 'constructor'])
      expect([path, (await fetch(url + path)).status]).toEqual([path, 404]);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);

    const taken = spawnSync(process.execPath, [script, `--port=${new URL(url).port}`], { encoding: 'utf8' });
    expect(taken.status).toBe(1);
    expect(taken.stderr).toMatch(/^web: port \d+ is taken; name another one/m);
  } finally {
    server.kill();
    await once(server, 'exit');
  }
});

test.each([
  [['--port', '70000'], /--port 70000: a number from 0 to 65535/],
  [['--port'], /--port : a number/],
  [['--prot', '1'], /only --port N is known, not --prot 1/],
])('%j is refused', (args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});
