import { symmetricProduct, product } from '../../src/regression/products.js';
test('p', () => {
  const n = 2000, a = new Float32Array(n * n).map(() => Math.random()), x = new Float64Array(n * 12).map(() => Math.random());
  for (let r = 0; r < 4; r++) { let t = performance.now(); symmetricProduct(a, n, 1, x); const t1 = performance.now() - t; t = performance.now(); product(a, n, n, x); console.log(t1, performance.now() - t); }
});
