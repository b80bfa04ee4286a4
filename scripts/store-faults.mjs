// What can happen to a long run, done to real ones: each fault must lose no finished tile, and the matrices must have
// the bits of an undisturbed run on the same adapter. Prints a table; exit status 1 if a line fails.
//
//     node scripts/store-faults.mjs [--kills 50] [--images 72] [--side 10] [--seed 1] [--json]
import { Buffer } from 'node:buffer';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as harness from './store-run.mjs';

const { assert, assertSameBits, at, cli, folder, halfDone, kernel, kills, KERNEL, options } = harness;
const { random, resume, run, start, succeed, tilesOf, writeImages } = harness;

const faults = {
  async [`kill −9 at ${kills} random moments`]() {
    let [done, whole] = [0, 0];
    while (done < kills) {
      const out = `killed-${whole}`;
      const before = tilesOf(out);
      const child = start(['kernel', ...KERNEL, '--out', out]);
      const ended = once(child, 'close');
      const finished = await Promise.race([
        ended.then(() => true),
        sleep(undisturbedMs * (0.1 + 0.9 * random())).then(() => false),
      ]);
      if (!finished) {
        child.kill('SIGKILL');
        await ended;
        done++;
      } else assert(child.exitCode === 0, `status ${child.exitCode}: ${child.text.slice(-400)}`);
      const after = new Set(tilesOf(out));
      assert(
        before.every((name) => after.has(name)),
        'a finished tile is gone',
      );
      if (finished) {
        assertSameBits(out);
        fs.rmSync(at(out), { recursive: true });
        whole++;
      }
    }
    if (fs.existsSync(at(`killed-${whole}`))) await resume(`killed-${whole}`);
    const left = fs.existsSync(at(`killed-${whole}`)) ? fs.readdirSync(at(`killed-${whole}`)) : [];
    assert(
      !left.some((name) => name.startsWith('.') || name === 'claims'),
      `left behind: ${left.join(', ')}`,
    );
    return `${done} kills, ${whole + 1} matrices finished`;
  },

  async 'disk full'() {
    // A small file system of its own where that is allowed, else a limit on the size of a file.
    fs.mkdirSync(at('small'));
    const mounted =
      spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1536k', 'tmpfs', at('small')]).status === 0;
    if (mounted) {
      try {
        // As by another program, after the run has seen that there is room.
        const child = start(['kernel', ...KERNEL, '--out', 'small/full']);
        const ended = once(child, 'close');
        while (tilesOf('small/full').length < 5 && child.exitCode === null) await sleep(5);
        const ballast = fs.openSync(at('small/ballast'), 'w');
        try {
          for (;;) fs.writeSync(ballast, Buffer.alloc(4096));
        } catch {
          fs.closeSync(ballast);
        }
        await ended;
        assert(child.exitCode === 1, `status ${child.exitCode}: ${child.text.slice(-400)}`);
        assert(/disk is full.*ENOSPC|only \d+ MiB are free/s.test(child.text), child.text.slice(-400));
        fs.rmSync(at('small/ballast'));
        const { before, after } = await resume('small/full');
        return `ENOSPC at ${before} of ${after} tiles`;
      } finally {
        spawnSync('umount', ['-l', at('small')]);
      }
    }
    await halfDone('full');
    const limited = spawnSync(
      'bash',
      [
        '-c',
        'ulimit -f 1; trap "" XFSZ; exec "$@"',
        'bash',
        process.execPath,
        cli,
        'kernel',
        ...KERNEL,
        '--out',
        'full',
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    assert(limited.status === 1 && /EFBIG/.test(limited.stderr), limited.stderr);
    const { before, after } = await resume('full');
    return `EFBIG at ${before} of ${after} tiles`;
  },

  async 'folder becomes read-only'() {
    await halfDone('fixed');
    // Root may write into any folder: only a read-only mount stops it.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      if (spawnSync('mount', ['--bind', at('fixed'), at('fixed')]).status !== 0)
        return 'skipped: root, but may not mount';
      execFileSync('mount', ['-o', 'remount,bind,ro', at('fixed')]);
    } else for (const each of ['fixed/tiles', 'fixed']) fs.chmodSync(at(each), 0o555);
    const { status, text } = await kernel('fixed');
    if (isRoot) execFileSync('umount', [at('fixed')]);
    else for (const each of ['fixed', 'fixed/tiles']) fs.chmodSync(at(each), 0o755);
    assert(status === 1 && /read-only|permission denied/.test(text), `status ${status}: ${text.slice(-400)}`);
    const { before, after } = await resume('fixed');
    return `refused at ${before} of ${after} tiles`;
  },

  async 'truncated tile'() {
    return damage(
      'truncated',
      (path) => fs.truncateSync(path, fs.statSync(path).size - 4),
      /\d+ bytes, not \d+/,
    );
  },

  async 'flipped bit'() {
    return damage(
      'flipped',
      (path) => {
        const bytes = fs.readFileSync(path);
        bytes[bytes.length - 7] ^= 1;
        fs.writeFileSync(path, bytes);
      },
      /SHA-256 is/,
    );
  },

  async 'manifest of a newer version'() {
    await halfDone('newer');
    const path = at('newer/computation.json');
    const text = fs.readFileSync(path, 'utf8');
    fs.writeFileSync(path, text.replace('"formatVersion": 2', '"formatVersion": 99'));
    const refused = await kernel('newer');
    assert(
      refused.status === 2 && /version 99 .* knows versions 1, 2, 3/s.test(refused.text),
      refused.text.slice(-400),
    );
    fs.writeFileSync(path, text);
    await resume('newer');
    return 'refused with both versions named';
  },

  async 'device lost'() {
    const child = spawnSync(process.execPath, [fileURLToPath(new URL('lose-device.mjs', import.meta.url))], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert(/DeviceLostError/.test(child.stdout), `${child.stdout}${child.stderr}`.slice(-400));
    const { before, after } = await resume('lost');
    assert(before > 0 && before < after, `${before} of ${after} tiles when the device was lost`);
    return `lost at ${before} of ${after} tiles`;
  },

  async 'two writers'() {
    const both = await Promise.all([kernel('two'), kernel('two')]);
    for (const { status, text } of both) assert(status === 0, `status ${status}: ${text.slice(-400)}`);
    assertSameBits('two');
    const counts = both.map(({ text }) => Number(/pairs in (\d+) tiles computed/.exec(text)?.[1]));
    assert(
      counts[0] + counts[1] === tilesOf('two').length,
      `${counts.join(' + ')} tiles computed: some twice`,
    );
    return `${counts.join(' + ')} tiles, none twice`;
  },

  async 'containers of one host name'() {
    // Each counts its processes from 1: none sees those of the others.
    const within = ['unshare', '--pid', '--fork', '--mount-proc'];
    if (spawnSync(within[0], [...within.slice(1), 'true']).status !== 0)
      return 'skipped: no PID namespaces may be made';
    const all = await Promise.all([1, 2, 3].map(() => kernel('containers', { within })));
    for (const { status, text } of all) assert(status === 0, `status ${status}: ${text.slice(-400)}`);
    assertSameBits('containers');
    // One that is killed and comes back goes on at once, and not when its claims have been silent for a minute.
    const child = start(['kernel', ...KERNEL, '--out', 'restarted'], { within });
    const ended = once(child, 'close');
    while (tilesOf('restarted').length < 5 && child.exitCode === null) await sleep(5);
    const inside = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout;
    process.kill(Number(inside), 'SIGKILL');
    await ended;
    const { before, after, text } = await resume('restarted', { within });
    assert(!text.includes('waiting for'), 'it waited for itself');
    assert(!fs.existsSync(at('restarted/claims')), 'its claims are left behind');
    return `three at once; a killed one went on from ${before} of ${after} tiles`;
  },

  async 'no tile in its place'() {
    await halfDone('place');
    const [pipe, link, moved, from] = tilesOf('place');
    fs.rmSync(at('place/tiles', pipe));
    assert(spawnSync('mkfifo', [at('place/tiles', pipe)]).status === 0, 'no mkfifo');
    fs.rmSync(at('place/tiles', link));
    fs.symlinkSync('nowhere', at('place/tiles', link));
    fs.rmSync(at('place/tiles', moved));
    fs.copyFileSync(
      at('place/tiles', from),
      at('place/tiles', from.replace(/^[a-z]+-\d+-\d+/, moved.match(/^[a-z]+-\d+-\d+/)[0])),
    );
    const verified = await run(['store', 'verify', 'place']);
    assert(verified.status === 1 && /a named pipe/.test(verified.text), verified.text.slice(-400));
    assert(
      /a symbolic link/.test(verified.text) && /seal of another tile/.test(verified.text),
      verified.text,
    );
    await succeed('place');
    assertSameBits('place');
    return 'a pipe, a link and the tile of another place: named, computed again';
  },

  async 'clock going backwards'() {
    await halfDone('clock');
    // All files are of tomorrow, and the clock of the next process runs backwards from 2001.
    const tomorrow = Date.now() / 1000 + 86_400;
    for (const each of fs.readdirSync(at('clock'), { recursive: true }))
      fs.utimesSync(at('clock', String(each)), tomorrow, tomorrow);
    const patch = 'const from = performance.now(); Date.now = () => 1e12 - 1e4 * (performance.now() - from);';
    const { before, after } = await resume('clock', { node: ['--import', `data:text/javascript,${patch}`] });
    return `went on from ${before} of ${after} tiles`;
  },
};

/** Damages one tile: `verify` names it, a run computes that one again and no other. */
async function damage(out, harm, message) {
  await halfDone(out);
  const files = tilesOf(out);
  const victim = files[Math.floor(random() * files.length)];
  harm(at(out, 'tiles', victim));
  const verified = await run(['store', 'verify', out]);
  assert(verified.status === 1 && message.test(verified.text), `verify: ${verified.text.slice(-400)}`);
  const { text } = await resume(out);
  assert(text.includes('damaged') && text.includes(victim.slice(0, 15)), 'the damaged tile is not named');
  const verifiedAgain = await run(['store', 'verify', out]);
  assert(verifiedAgain.status === 0, verifiedAgain.text.slice(-400));
  return 'named, computed again';
}

let undisturbedMs = 0;

async function main() {
  writeImages('x.npy', Number(options.images), Number(options.side));
  writeImages('z.npy', 20, Number(options.side));
  // Twice: the first run compiles.
  await succeed('first');
  const started = performance.now();
  await succeed('undisturbed');
  undisturbedMs = performance.now() - started;
  const lines = [];
  for (const [fault, inject] of Object.entries(faults)) {
    const begun = performance.now();
    let line;
    try {
      line = { fault, passed: true, result: await inject() };
    } catch (error) {
      line = { fault, passed: false, result: error.message };
    }
    line.seconds = Math.round((performance.now() - begun) / 100) / 10;
    lines.push(line);
    const { passed, result, seconds } = line;
    if (!options.json)
      console.log(
        `${fault.padEnd(34)} ${passed ? 'nothing lost, same bits' : 'FAILED'}  ${result} (${seconds} s)`,
      );
  }
  if (options.json) console.log(JSON.stringify({ undisturbedMs, faults: lines }));
  if (lines.some(({ passed }) => !passed)) process.exitCode = 1;
}

try {
  await main();
} finally {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
