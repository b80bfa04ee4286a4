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
  // Two rows of B stay in the first-level cache while all of A passes; eight sums stay in registers.
  for (let j = 0; j < columns; j += 2) {
    const b0 = j * inner;
    const b1 = Math.min(j + 1, columns - 1) * inner;
    for (let i = 0; i < rows; i += 4) {
      const a0 = i * inner;
      const a1 = Math.min(i + 1, rows - 1) * inner;
      const a2 = Math.min(i + 2, rows - 1) * inner;
      const a3 = Math.min(i + 3, rows - 1) * inner;
      let [c00, c01, c10, c11, c20, c21, c30, c31] = [0, 0, 0, 0, 0, 0, 0, 0];
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
      // What lies past the edge repeats the last row or column, with its own value.
      const right = Math.min(j + 1, columns - 1);
      const at = (row: number) => Math.min(row, rows - 1) * columns;
      c[at(i) + j] = c00;
      c[at(i) + right] = c01;
      c[at(i + 1) + j] = c10;
      c[at(i + 1) + right] = c11;
      c[at(i + 2) + j] = c20;
      c[at(i + 2) + right] = c21;
      c[at(i + 3) + j] = c30;
      c[at(i + 3) + right] = c31;
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
