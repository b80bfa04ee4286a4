import { testGpu } from '../support/gpu.js';
import { factorize } from '../../src/regression/cholesky.js';
import { Recording } from '../../src/gpu/recording.js';
import { BufferScope } from '../../src/gpu/buffers.js';
import * as update from '../../shaders/cholesky_update.js';
import * as diag from '../../shaders/cholesky_diagonal.js';
import * as panel from '../../shaders/cholesky_panel.js';
test('probe', async () => {
  const gpu = await testGpu();
  for (const n of [1, 65, 500, 2048]) {
    const a = new Float32Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a[i * n + j] = Math.exp(-Math.abs(i - j) / 10) + (i === j ? 0.01 : 0);
    for (let rep = 0; rep < 2; rep++) {
    let t = performance.now();
    const f = await factorize(gpu, a);
    const t1 = performance.now() - t;
    const k = 10;
    const x = Float32Array.from({ length: n * k }, (_, i) => Math.sin(i));
    const b = new Float32Array(n * k);
    for (let i = 0; i < n; i++) for (let c = 0; c < k; c++) { let s = 0; for (let j = 0; j < n; j++) s += a[i * n + j] * x[j * k + c]; b[i * k + c] = s; }
    t = performance.now();
    const y = await f.solve(b);
    const t2 = performance.now() - t;
    console.log(n, 'factor ms', t1, 'solve ms', t2, 'err', Math.max(...y.map((v, i) => Math.abs(v - x[i]))), f.conditionEstimate);
    f.dispose();
    }
  }
  const scope = new BufferScope(gpu.device);
  const stride = 2048;
  const m = scope.storage('m', 4 * stride * stride), p = scope.storage('p', 4 * 64 * stride), d = scope.storage('d', 4 * stride);
  for (const [name, prog, wg, params, flop] of [
    ['update', await gpu.program(update.contract, { BLOCK: 64 }), update.workgroups(64, stride), { begin: 64, stride }, 64 * 1984 ** 2],
    ['panel', await gpu.program(panel.contract, { BLOCK: 64 }), panel.workgroups(0, stride, 64), { begin: 0, stride }, 64 * 64 * 1984],
    ['diagonal', await gpu.program(diag.contract, { BLOCK: 64 }), diag.workgroups(), { begin: 0, size: 64, stride }, 64 ** 3 / 3],
  ] as const) {
    const buffers = name === 'diagonal' ? { matrix: m, pivots: d } : { matrix: m, panel: p };
    let best = Infinity;
    for (let i = 0; i < 6; i++) { const r = await new Recording(gpu).add(prog, buffers, wg as any, params as any).submit({ timed: true }); best = Math.min(best, r.gpuNs!); }
    console.log(name, best / 1e6, 'ms', flop / best, 'GFLOP/s');
  }
  scope.dispose();
});
