/**
 * The elements of an array that is stored with its first axis running fastest (as Fortran and MATLAB do), brought to
 * the order in which the last axis does.
 *
 * @param content The elements, of `sizeBytes` bytes each.
 * @returns a copy, [shape[0]] … [shape[last]].
 */
export function toRowMajor(content: Uint8Array, shape: readonly number[], sizeBytes: number): Uint8Array {
  const target = new Uint8Array(content.length);
  /** Distance in `target` of neighbours along each axis, in bytes. */
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, sizeBytes));
  const index = shape.map(() => 0);
  const [first] = shape;
  for (let from = 0, base = 0; from < content.length;) {
    // One run along the first axis.
    for (let i = 0, to = base; i < first; i++, to += strides[0]) {
      for (let byte = 0; byte < sizeBytes; byte++) target[to + byte] = content[from++];
    }
    // The next run: count up the other axes, the second the fastest.
    for (let axis = 1; axis < shape.length; axis++) {
      base += strides[axis];
      if (++index[axis] < shape[axis]) break;
      base -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return target;
}
