/**
 * C = A Bᵀ in float64, the one product that networks and their gradients are made of here.
 *
 * @param a [rows][inner]
 * @param b [columns][inner]
 * @returns [rows][columns]
 */
export function productTransposed(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const rows = a.length / inner;
  const columns = b.length / inner;
  const c = new Float64Array(rows * columns);
  // Two rows of B stay in the first-level cache while all of A passes; eight sums stay in registers. What lies past an
  // edge repeats the first row or column of the block, with its own value.
  for (let j0 = 0; j0 < columns; j0 += 2) {
    const j1 = j0 + 1 < columns ? j0 + 1 : j0;
    const b0 = j0 * inner;
    const b1 = j1 * inner;
    for (let i0 = 0; i0 < rows; i0 += 4) {
      const i1 = i0 + 1 < rows ? i0 + 1 : i0;
      const i2 = i0 + 2 < rows ? i0 + 2 : i0;
      const i3 = i0 + 3 < rows ? i0 + 3 : i0;
      const a0 = i0 * inner;
      const a1 = i1 * inner;
      const a2 = i2 * inner;
      const a3 = i3 * inner;
      let c00 = 0;
      let c01 = 0;
      let c10 = 0;
      let c11 = 0;
      let c20 = 0;
      let c21 = 0;
      let c30 = 0;
      let c31 = 0;
      for (let k = 0; k < inner; k++) {
        const x = b[b0 + k];
        const y = b[b1 + k];
        const p = a[a0 + k];
        const q = a[a1 + k];
        const r = a[a2 + k];
        const s = a[a3 + k];
        c00 += p * x;
        c01 += p * y;
        c10 += q * x;
        c11 += q * y;
        c20 += r * x;
        c21 += r * y;
        c30 += s * x;
        c31 += s * y;
      }
      c[i0 * columns + j0] = c00;
      c[i0 * columns + j1] = c01;
      c[i1 * columns + j0] = c10;
      c[i1 * columns + j1] = c11;
      c[i2 * columns + j0] = c20;
      c[i2 * columns + j1] = c21;
      c[i3 * columns + j0] = c30;
      c[i3 * columns + j1] = c31;
    }
  }
  return c;
}

/** Aᵀ. @param a [rows][columns] */
export function transposed(a: Float64Array, columns: number): Float64Array {
  const rows = a.length / columns;
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j];
  return result;
}
