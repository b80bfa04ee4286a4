import * as fields from '../../shaders/fields.js';
import * as norms from '../../shaders/norms.js';
import * as planes from '../../shaders/planes.js';
import * as tileValues from '../../shaders/tile_values.js';
import type { KernelSpec } from '../../src/kernel/kernel-spec.js';
import type { ImageStack } from '../../src/images/images.js';
import { layerGain, planPasses } from '../../src/kernel/passes.js';

/**
 * The shaders' float64 mirrors in the order in which the engine runs the shaders: one channel, [Nx][Nz]. Between the
 * 4-D definition, which it must equal, and the device.
 */
export function mirrorKernel(x: ImageStack, z: ImageStack, spec: KernelSpec): Float64Array {
  const { channels, height, width } = x;
  const [pass] = planPasses([spec], x);
  const [output] = pass.outputs;
  const shape = { channels, height, width };
  const gain = layerGain(shape);
  const fieldsOf = (stack: ImageStack) => {
    const input = { images: stack.data, count: stack.count, ...shape, layers: pass.layers };
    const variance = norms.mirror({ ...input, gain });
    const { zFields } = fields.mirror({ ...input, variance, shifts: 1 });
    // Back from the layout to [C+L][H][W] per image.
    const count = channels + pass.layers;
    const stride = 8 * Math.ceil(width / 4);
    return Array.from({ length: stack.count }, (_, image) =>
      Array.from({ length: count * height * width }, (_, at) => {
        const row = Math.floor(at / width);
        return zFields[(image * count * height + row) * stride + (at % width)];
      }),
    );
  };
  const [xs, zs] = [fieldsOf(x), fieldsOf(z)];
  const kernel = new Float64Array(x.count * z.count);
  for (const [i, fx] of xs.entries()) {
    for (const [j, fz] of zs.entries()) {
      const partial = planes.mirror({
        x: fx,
        z: fz,
        same: x === z && i === j,
        planes: pass.planes,
        radii: pass.radii,
        layerSlots: pass.layerSlots,
        theta0: pass.theta0,
        gain,
        ...shape,
      });
      [kernel[i * z.count + j]] = tileValues.mirror({
        partialSums: partial,
        outputs: [output],
        rowExponents: [0],
        columnExponents: [0],
        groups: pass.planes.length,
        taps: pass.taps,
      });
    }
  }
  return kernel;
}
