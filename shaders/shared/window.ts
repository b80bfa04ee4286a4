/** Float64 mirror of window.wgsl, with windows that go round in a circular convolution. */

/** Whether elements y and y + w of a plane displaced by d meet, on an axis of `size`. */
export function linked(y: number, w: number, d: number, size: number): boolean {
  const other = y + w;
  const cut = size - d;
  return other >= 0 && other < size && other < cut === y < cut;
}

/** Sums over windows −low … high along both axes of a plane. source, return: [height][width]. */
export function windowSums(
  source: Float64Array,
  [dx, dy]: readonly [number, number],
  [height, width]: readonly [number, number],
  { low, high, circular }: { low: number; high: number; circular: boolean },
): Float64Array {
  const result = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let wy = -low; wy <= high; wy++) {
        for (let wx = -low; wx <= high; wx++) {
          if (circular) {
            const [cy, cx] = [(y + wy + height * low) % height, (x + wx + width * low) % width];
            result[y * width + x] += source[cy * width + cx];
          } else if (linked(y, wy, dy, height) && linked(x, wx, dx, width)) {
            result[y * width + x] += source[(y + wy) * width + x + wx];
          }
        }
      }
    }
  }
  return result;
}
