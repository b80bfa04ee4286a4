import { parentPort } from 'node:worker_threads';
import { planeSums, type CpuPlanes } from './plane-kernel.js';

// One thread of the pool: planes in, sums out.

parentPort!.on('message', (planes: CpuPlanes) => parentPort!.postMessage(planeSums(planes)));
