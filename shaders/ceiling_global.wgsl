// Ceiling of global memory: reads one large array and writes another, each element once, neighbours by neighbours.
//
//   y_i = a x_i + b
//
// An invocation takes every `stride`-th vec4, so that a dispatch is not one of very many short invocations.

struct Params {
  count: u32,  // vec4s
  stride: u32, // invocations
  a: f32,
  b: f32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = id.x; i < params.count; i += params.stride) { y[i] = params.a * x[i] + params.b; }
}
