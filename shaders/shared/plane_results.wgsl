// What the fused plane kernels in subgroups write, pairs of columns at a time.

import package::shared::plane_bindings::QUADS;

@group(0) @binding(6) var<storage, read_write> sigma_result: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> theta_result: array<vec2f>;

// A row of parts: the even columns and the odd ones, or both summed.
fn store_parts(at: u32, k: vec4f, t: vec4f, odd: bool) {
  sigma_result[at] = k.xz + select(k.yw, vec2f(0.0), odd);
  theta_result[at] = t.xz + select(t.yw, vec2f(0.0), odd);
  if (odd) {
    sigma_result[at + QUADS] = k.yw;
    theta_result[at + QUADS] = t.yw;
  }
}

// A quad of a row of a whole plane; `at` counts quads.
fn store_whole(at: u32, k: vec4f, t: vec4f) {
  sigma_result[2 * at] = k.xy;
  sigma_result[2 * at + 1] = k.zw;
  theta_result[2 * at] = t.xy;
  theta_result[2 * at + 1] = t.zw;
}

// The parts of a quad of two rows of a plane displaced by d; `at` is that of the upper row, `next` of the lower one where
// dy is odd and they are kept apart.
fn store_pooled(at: u32, next: u32, d: vec2u, k_upper: vec4f, t_upper: vec4f, k_lower: vec4f, t_lower: vec4f) {
  let apart = d.y % 2 == 1;
  let k = k_upper + select(k_lower, vec4f(0.0), apart);
  let t = t_upper + select(t_lower, vec4f(0.0), apart);
  store_parts(at, k, t, d.x % 2 == 1);
  if (apart) { store_parts(next, k_lower, t_lower, d.x % 2 == 1); }
}
