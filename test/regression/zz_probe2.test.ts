import { readFileSync, readdirSync } from 'node:fs';
import { testGpu } from '../support/gpu.js';
import { Recording } from '../../src/gpu/recording.js';
import { BufferScope } from '../../src/gpu/buffers.js';
import * as update from '../../shaders/cholesky_update.js';
import { compileProgram } from '../../src/gpu/program.js';
import { SHADER_SOURCES } from '../../shaders/sources.js';
test('probe', async () => {
  const gpu = await testGpu();
  const scope = new BufferScope(gpu.device);
  const stride = 2048;
  const m = scope.storage('m', 4 * stride * stride), p = scope.storage('p', 4 * 64 * stride);
  let out = '';
  for (const f of readdirSync('/tmp/solver/v')) {
    const t0 = performance.now();
    (SHADER_SOURCES as any)['cholesky_update.wgsl'] = readFileSync('/tmp/solver/v/' + f, 'utf8');
    const prog = await compileProgram(gpu.device, update.contract, { BLOCK: 64 });
    const R = f.includes('8.') ? 8 : 16;
    const wg = [Math.ceil(1984 / 128), 1984 / R] as const;
    let best = Infinity; let cpu = 0;
    for (let i = 0; i < 10; i++) { const c0 = process.cpuUsage(); const r = await new Recording(gpu).add(prog, { matrix: m, panel: p }, wg, { begin: 64, stride }).submit({ timed: true }); best = Math.min(best, r.gpuNs!); const c1 = process.cpuUsage(c0); if (i > 0) cpu += c1.user + c1.system; if (i === 0) out += `${f} first ${(performance.now() - t0).toFixed(0)} ms `; }
    out += `${(best / 1e6).toFixed(1)} ms ${(64 * 1984 ** 2 / best).toFixed(2)} GFLOP/s  per cpu-second x2: ${(2 * 9 * 64 * 1984 ** 2 / cpu / 1e3).toFixed(2)}\n`;
  }
  console.log(out);
  scope.dispose();
});
