// The activations of any network, elementwise and in place.
//
//   sigma <- K(sigma, a, b),   theta <- theta_scale K' theta,   a = x_variance(p), b = z_variance(q),  K' = dK/dsigma
//
// With m = sqrt(ab) and c = sigma/m: RELU with slope s, K = m((1-s)^2 k1 + 2sc)/(1+s^2); GAUSSIAN, K = m exp(gamma(c-1));
// ERF, K = (2/pi) arcsin(2 sigma/sqrt((1+2a)(1+2b))), where a stored number times sigma_scale is the true one and K is
// stored as k_scale K. The first two commute with scales.
//
// An invocation takes one element of PAIRS pairs, and finds its place once for all of them.

import package::shared::element_activation::{Activation, kappa};
import constants::PAIRS;

struct Params {
  pairs: u32,
  row_elements: u32,
  column_elements: u32,
  height: u32,
  width: u32,
  kind: u32, // RELU, GAUSSIAN, or ERF
  shape: f32, // slope or gamma
  sigma_scale: f32,
  k_scale: f32,
  theta_scale: f32,
  has_theta: u32, // 0: `theta` is some other buffer
}

@group(0) @binding(0) var<storage, read> x_variance: array<f32>;
@group(0) @binding(1) var<storage, read> z_variance: array<f32>;
@group(0) @binding(2) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(3) var<storage, read> rows: array<vec2u>;
@group(0) @binding(4) var<storage, read> columns: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> sigma: array<f32>;
@group(0) @binding(6) var<storage, read_write> theta: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * 64 + id.x;
  let elements = params.row_elements * params.column_elements;
  let element = index % elements;
  let first = index / elements * PAIRS;
  let column = columns[element % params.column_elements];
  let row = rows[element / params.column_elements];
  let positions = params.height * params.width;
  let p = row.x * params.width + column.x;
  let q = row.y * params.width + column.y;
  let activation = Activation(params.kind, params.shape, params.sigma_scale, params.k_scale);
  for (var at = first; at < min(first + PAIRS, params.pairs); at++) {
    let a = x_variance[pairs[at].x * positions + p];
    let b = z_variance[pairs[at].y * positions + q];
    let here = at * elements + element;
    let k = kappa(activation, sigma[here], a, b);
    sigma[here] = k.x;
    if (params.has_theta == 1) { theta[here] = params.theta_scale * k.y * theta[here]; }
  }
}
