import { tune } from '../../src/kernel/tune.js';
import { variantLabel } from '../../src/kernel/plane-candidates.js';
import { testGpu } from '../support/gpu.js';
test('try', async () => {
  const gpu = await testGpu();
  for (const kind of ['all', 'vanilla'] as const) {
    const r = await tune(gpu, { shape: { channels: 3, height: 32, width: 32 }, depth: 11, kind });
    for (const m of r.measurements)
      process.stdout.write(
        `${variantLabel(m.variant)} ${m.outcome} ${m.reason ?? ''} err ${m.error} compile ${m.compileMs?.toFixed(0)} rate ${((m.elementLayersPerSecond ?? 0) / 1e9).toFixed(4)}\n`,
      );
    process.stdout.write(`${variantLabel(r.variant)} ${r.elapsedMs}\n`);
  }
}, 120000);
