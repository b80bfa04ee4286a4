import { openGpu, type OpenGpu } from '../../src/node.js';

let opened: Promise<OpenGpu> | undefined;

/** The device of this test file: the machine's own adapter, or the software adapter of the set-up. Never a mock. */
export async function testGpu(): Promise<OpenGpu> {
  opened ??= openGpu();
  return await opened;
}

/** The same device to what plans for it, as if it were a GPU, with these subgroups. */
export function asHardware(gpu: OpenGpu, subgroupSize = gpu.subgroupSize): OpenGpu {
  return Object.create(gpu, {
    subgroupSize: { value: subgroupSize },
    software: { value: false },
  }) as OpenGpu;
}

export function withoutSubgroups(gpu: OpenGpu): OpenGpu {
  return asHardware(gpu, 0);
}

afterAll(async () => {
  if (opened) (await opened).close();
  opened = undefined;
});
