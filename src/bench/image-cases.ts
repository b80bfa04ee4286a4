import * as fields from '../../shaders/fields.js';
import * as norms from '../../shaders/norms.js';
import * as tileValues from '../../shaders/tile_values.js';
import { BufferScope } from '../gpu/buffers.js';
import { Recording } from '../gpu/recording.js';
import { layerGain } from '../kernel/passes.js';
import type { ImageShape } from '../images/images.js';
import { dispatchTimer, largestError, type BenchCase } from './measure.js';
import { STREAM_COST } from './shader-costs.js';
import { randomImages } from '../images/random-images.js';
import { randomNumbers } from '../statistics/random.js';

// The stages before and after the plane kernel. They are bound by memory: bytes are those that must be read and written
// at least once.

/** Sums of non-negative terms over ten layers. */
const NORMS_TOLERANCE = 1e-5;
/** One square root. */
const FIELDS_TOLERANCE = 2 ** -22;
/** A sum of 1,024 terms of both signs in blocks of 32. */
const SUM_TOLERANCE = 4e-6;
/** Images and pairs that are compared with the mirror. */
const VALIDATED = 2;

export interface StageCaseOptions {
  readonly shape: ImageShape;
  readonly layers: number;
  /** Images, or pairs of them. */
  readonly count: number;
}

export function normsCase({ shape, layers, count }: StageCaseOptions): BenchCase {
  const { channels, height, width } = shape;
  const pixels = height * width;
  return {
    name: 'norms',
    description: `${count} images of ${channels}×${height}×${width}, ${layers} layers`,
    unit: 'bytes/s',
    cost: STREAM_COST,
    async prepare(gpu) {
      const gain = layerGain(shape);
      const program = await gpu.program(norms.contract, { HEIGHT: height, WIDTH: width, GAIN: gain });
      const scope = new BufferScope(gpu.device);
      const images = randomImages(count, shape, 21).data;
      const buffers = {
        images: scope.upload('images', images),
        variance: scope.storage('variance', 4 * count * layers * pixels),
      };
      const record = (recording: Recording) => {
        for (let layer = 0; layer < layers; layer++) {
          recording.add(program, buffers, [Math.ceil(pixels / 64), count], {
            layer,
            images: count,
            channels,
            layers,
          });
        }
      };
      return {
        work: 4 * count * pixels * (channels + 2 * layers - 1),
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate() {
          const recording = new Recording(gpu);
          record(recording);
          const { data } = await recording
            .read(buffers.variance, 0, 4 * VALIDATED * layers * pixels)
            .submit();
          const expected = norms.mirror({ images, count: VALIDATED, channels, layers, height, width, gain });
          const error = largestError(new Float32Array(data[0]), expected);
          return { error, tolerance: NORMS_TOLERANCE, against: 'its float64 mirror' };
        },
        [Symbol.dispose]: () => scope.dispose(),
      };
    },
  };
}

export function fieldsCase({ shape, layers, count }: StageCaseOptions): BenchCase {
  const { channels, height, width } = shape;
  const pixels = height * width;
  return {
    name: 'fields',
    description: `${count} images of ${channels}×${height}×${width}, ${layers} layers`,
    unit: 'bytes/s',
    cost: STREAM_COST,
    async prepare(gpu) {
      const shifts = 4;
      const program = await gpu.program(fields.contract, { HEIGHT: height, WIDTH: width, SHIFTS: shifts });
      const scope = new BufferScope(gpu.device);
      const images = randomImages(count, shape, 22).data;
      const random = randomNumbers(23);
      const variance = Float32Array.from({ length: count * layers * pixels }, () => 1.5 + random());
      const floats = fields.fieldFloats({ channels, layers, height, width, shifts });
      const buffers = {
        images: scope.upload('images', images),
        variance: scope.upload('variance', variance),
        x_fields: scope.storage('x_fields', 4 * count * floats.x),
        z_fields: scope.storage('z_fields', 4 * count * floats.z),
      };
      const columns = Math.ceil((shifts * height * 2 * Math.ceil(width / 4)) / 64);
      const record = (recording: Recording) =>
        void recording.add(program, buffers, [columns, channels + layers, count], {
          images: count,
          channels,
          layers,
        });
      return {
        work: 4 * count * ((channels + layers) * pixels + floats.x + floats.z),
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate() {
          const recording = new Recording(gpu);
          record(recording);
          const { data } = await recording
            .read(buffers.x_fields, 0, 4 * VALIDATED * floats.x)
            .read(buffers.z_fields, 0, 4 * VALIDATED * floats.z)
            .submit();
          const expected = fields.mirror({
            images,
            variance,
            count: VALIDATED,
            channels,
            layers,
            height,
            width,
            shifts,
          });
          const error = Math.max(
            largestError(new Float32Array(data[0]), expected.xFields),
            largestError(new Float32Array(data[1]), expected.zFields),
          );
          return { error, tolerance: FIELDS_TOLERANCE, against: 'its float64 mirror' };
        },
        [Symbol.dispose]: () => scope.dispose(),
      };
    },
  };
}

export function tileValuesCase({
  groups,
  rows,
  columns,
}: {
  groups: number;
  rows: number;
  columns: number;
}): BenchCase {
  return {
    name: 'tile_values',
    description: `${rows * columns} pairs, ${groups} groups of planes, one kernel`,
    unit: 'bytes/s',
    // One addition per float32.
    cost: { ...STREAM_COST, arithmetic: 1 / 4 },
    async prepare(gpu) {
      const program = await gpu.program(tileValues.contract);
      const scope = new BufferScope(gpu.device);
      const random = randomNumbers(24);
      const pairs = rows * columns;
      const partial = Float32Array.from({ length: pairs * groups * 2 }, () => 1 + random());
      const outputs = [{ tap: 0, use: 'u+k', scale: 1 / 9 }] as const;
      const [rowExponents, columnExponents] = [new Int32Array(rows), new Int32Array(columns)];
      const buffers = {
        partial_sums: scope.upload('partial_sums', partial),
        outputs: scope.upload('outputs', tileValues.packOutputs(outputs)),
        row_exponents: scope.upload('row_exponents', rowExponents),
        column_exponents: scope.upload('column_exponents', columnExponents),
        values: scope.storage('values', 4 * pairs),
        problems: scope.storage('problems', 12),
      };
      const params = {
        ...{ groups, taps: 1, outputs: 1, rows, columns, walk: 1 },
        ...{ first_row: 0, first_column: 0, triangle: 0 },
      };
      const record = (recording: Recording) =>
        void recording.add(program, buffers, [Math.ceil(columns / 64), rows, 1], params);
      return {
        work: pairs * (8 * groups + 4),
        compileMs: program.compileMs,
        ...dispatchTimer(gpu, record),
        async validate() {
          const recording = new Recording(gpu);
          record(recording);
          const { data } = await recording.read(buffers.values).submit();
          const input = { partialSums: partial, outputs, rowExponents, columnExponents, groups, taps: 1 };
          const error = largestError(new Float32Array(data[0]), tileValues.mirror(input));
          return { error, tolerance: SUM_TOLERANCE, against: 'its float64 mirror' };
        },
        [Symbol.dispose]: () => scope.dispose(),
      };
    },
  };
}
