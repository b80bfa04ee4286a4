// Ceiling of arithmetic: chains of multiply-adds.
//
//   x <- a x + b,   results = sum of the chains
//
// Two chains, x and y, are independent of each other and hide the latency of a step. Every step depends on the one before
// it, on numbers that only the dispatch knows, and ends in the result: nothing can be left out. The eight steps of a
// round are written out: SwiftShader keeps arrays that a loop indexes in memory, at a sixteenth of the speed.

import package::shared::chains::chain_start;
import package::shared::chains::LANES;

struct Params {
  rounds: u32,
  a: f32,
  b: f32,
}

@group(0) @binding(0) var<storage, read_write> results: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  var x = chain_start(lane, 0);
  var y = chain_start(lane, 1);
  for (var round = 0u; round < params.rounds; round++) {
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
    x = fma(vec4f(params.a), x, vec4f(params.b));
    y = fma(vec4f(params.a), y, vec4f(params.b));
  }
  results[workgroup.x * LANES + lane] = x + y;
}
