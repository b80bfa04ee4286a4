import { openGpu, type OpenGpu } from '../../src/node.js';

let opened: Promise<OpenGpu> | undefined;

/** The device of this test file: the machine's own adapter, or the software adapter of the set-up. Never a mock. */
export async function testGpu(): Promise<OpenGpu> {
  opened ??= openGpu();
  return await opened;
}

afterAll(async () => {
  if (opened) (await opened).close();
  opened = undefined;
});
