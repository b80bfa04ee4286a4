// Marked loops are written out, nested ones too, others stay; both kinds of bound; what cannot be is refused.
import { unrollLoops } from '../../src/gpu/unroll.js';

const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();

test('one block per turn, the variable a constant', () => {
  const text = `a();
    // unroll
    for (var v = 1u; v < N; v++) { if (v > 1) { b(v); } }
  c();`;
  expect(squeeze(unrollLoops(text, { N: 3 }))).toBe(
    'a(); { const v = 1u; if (v > 1) { b(v); } } { const v = 2u; if (v > 1) { b(v); } } c();',
  );
});

test.each([
  [0, '<', 0],
  [1, '<', 1],
  [1, '<=', 2],
])('up to N = %i with %s: %i turns', (N, comparison, turns) => {
  const text = `// unroll\nfor (var v = 0u; v ${comparison} N; v++) { f(v); }`;
  expect(unrollLoops(text, { N }).match(/f\(v\)/g) ?? []).toHaveLength(turns);
});

test('loops in loops, and loops that are not marked', () => {
  const text = `
    // unroll
    for (var v = 0u; v < N; v++) {
      for (var r = 0u; r < N; r++) {
        // unroll
        for (var w = 0u; w < M; w++) { f(v, r, w); }
      }
    }`;
  const turn = (v: number) =>
    `{ const v = ${v}u; for (var r = 0u; r < N; r++) { { const w = 0u; f(v, r, w); } } }`;
  expect(squeeze(unrollLoops(text, { N: 2, M: 1 }))).toBe(`${turn(0)} ${turn(1)}`);
});

test('without a mark nothing changes', () => {
  const text = 'for (var v = 0u; v < N; v++) { f(v); }';
  expect(unrollLoops(text, { N: 2 })).toBe(text);
});

test('says what it cannot unroll', () => {
  const loop = '// unroll\nfor (var v = 0u; v < N; v++) {';
  expect(() => unrollLoops(`${loop} f(v); }`, { M: 2 })).toThrow('a loop up to N cannot be unrolled');
  expect(() => unrollLoops(`${loop} f(v);`, { N: 2 })).toThrow('not closed');
  // A mark above anything else would be lost in silence.
  expect(() => unrollLoops('// unroll\nwhile (true) {}', {})).toThrow('no loop');
});
