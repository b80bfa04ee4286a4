import { BufferScope } from '../../src/gpu/buffers.js';
import { testGpu } from './gpu.js';
import { linkWgsl, SHADER_FILES } from './link-wgsl.js';

/**
 * Runs a few lines of WGSL that import from `shaders/shared` on every element of `input`, to test that file alone: bindings
 * are `input` and `output`, 64 invocations a workgroup, an element each.
 *
 * @param input [elements][numbers]
 * @returns output, of the same shape; NaN where nothing was written
 */
export async function runProbe(
  probe: string,
  input: Float32Array,
  numbers: number,
  sources = SHADER_FILES,
): Promise<Float32Array> {
  const { device } = await testGpu();
  const code = await linkWgsl('probe', { ...sources, 'probe.wgsl': probe });
  using scope = new BufferScope(device);
  const buffers = [
    scope.upload('input', input),
    scope.upload('output', new Float32Array(input.length).fill(NaN)),
  ];
  const copy = scope.readback('copy', input.byteLength);
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(input.length / numbers / 64));
  pass.end();
  encoder.copyBufferToBuffer(buffers[1], 0, copy, 0, copy.size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(1);
  return new Float32Array(copy.getMappedRange().slice(0));
}
