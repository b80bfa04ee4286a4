// What follows the read-out of a network, dense layers and activations: numbers, not planes, in one dispatch for all layers.
//
//   for every layer:  dense       sigma <- gain sigma + bias,  theta <- gain theta + trained sigma
//                     activation  sigma <- K(sigma, a, b),     theta <- theta_scale K' theta
//
// The variances a and b of the two images go through the same layers. One pair per invocation.

import package::shared::element_activation::{Activation, kappa};

const DENSE = 0u;
const WORDS = 8u; // of a layer: 0 or 1 + kind; gain, bias, trained; shape, sigma_scale, k_scale, theta_scale

struct Params {
  count: u32, // pairs
  layers: u32,
  has_variances: u32, // 0: no layer is an activation, and the variances are some other buffer
  source_has_theta: u32, // 0: it is 0, and source_theta some other buffer
  has_theta: u32, // 0: theta is some other buffer
}

@group(0) @binding(0) var<storage, read> x_variance: array<f32>;
@group(0) @binding(1) var<storage, read> z_variance: array<f32>;
@group(0) @binding(2) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(3) var<storage, read> layers: array<u32>;
@group(0) @binding(4) var<storage, read> source_sigma: array<f32>;
@group(0) @binding(5) var<storage, read> source_theta: array<f32>;
@group(0) @binding(6) var<storage, read_write> sigma: array<f32>;
@group(0) @binding(7) var<storage, read_write> theta: array<f32>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let index = id.y * workgroups.x * 64 + id.x;
  if (index >= params.count) { return; }
  var s = source_sigma[index];
  var t = 0.0;
  var a = 0.0;
  var b = 0.0;
  if (params.source_has_theta == 1) { t = source_theta[index]; }
  if (params.has_variances == 1) {
    a = x_variance[pairs[index].x];
    b = z_variance[pairs[index].y];
  }
  for (var at = 0u; at < WORDS * params.layers; at += WORDS) {
    let kind = layers[at];
    let numbers = vec3f(bitcast<f32>(layers[at + 1]), bitcast<f32>(layers[at + 2]), bitcast<f32>(layers[at + 3]));
    if (kind == DENSE) {
      s = numbers.x * s + numbers.y;
      t = numbers.x * t + numbers.z * s;
      a = numbers.x * a + numbers.y;
      b = numbers.x * b + numbers.y;
    } else {
      let activation = Activation(
        kind - 1,
        bitcast<f32>(layers[at + 4]),
        bitcast<f32>(layers[at + 5]),
        bitcast<f32>(layers[at + 6]),
      );
      let k = kappa(activation, s, a, b);
      s = k.x;
      t = bitcast<f32>(layers[at + 7]) * k.y * t;
      a = kappa(activation, a, a, a).x;
      b = kappa(activation, b, b, b).x;
    }
  }
  sigma[index] = s;
  if (params.has_theta == 1) { theta[index] = t; }
}
