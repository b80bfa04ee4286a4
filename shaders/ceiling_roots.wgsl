// Ceiling of square roots and reciprocals, as many of the one as of the other.
//
//   x <- sqrt(1 / x + b),   results = sum of the chains
//
// Chains are independent of each other and hide the latency of a step. Every step depends on the one before it, on
// numbers that only the dispatch knows, and ends in the result: nothing can be left out.

import package::shared::chains::chain_start;
import package::shared::chains::LANES;

struct Params {
  rounds: u32,
  b: f32,
}

@group(0) @binding(0) var<storage, read_write> results: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

const CHAINS: u32 = 2;
const UNROLL: u32 = 8;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  var x: array<vec4f, CHAINS>;
  for (var c = 0u; c < CHAINS; c++) { x[c] = chain_start(lane, c); }
  for (var round = 0u; round < params.rounds; round++) {
    for (var step = 0u; step < UNROLL; step++) {
      for (var c = 0u; c < CHAINS; c++) { x[c] = sqrt(1.0 / x[c] + params.b); }
    }
  }
  var sum = vec4f(0.0);
  for (var c = 0u; c < CHAINS; c++) { sum += x[c]; }
  results[workgroup.x * LANES + lane] = sum;
}
