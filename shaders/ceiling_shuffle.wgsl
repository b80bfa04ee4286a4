// Ceiling of subgroup shuffles, of the kind that planes_subgroup uses: from the lane before.
//
//   x <- x of the lane before + b (the first of LANE_COUNT lanes: its own),   results = sum of the chains
//
// Two chains, x and y, are independent of each other and hide the latency of a step. Every step depends on the one before
// it, on numbers that only the dispatch knows, and ends in the result: nothing can be left out. The eight steps of a
// round are written out: SwiftShader keeps arrays that a loop indexes in memory, at a sixteenth of the speed.

import package::shared::chains::chain_start;
import package::shared::chains::LANES;
import constants::LANE_COUNT;

enable subgroups;

struct Params {
  rounds: u32,
  b: f32,
}

@group(0) @binding(0) var<storage, read_write> results: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let inner = lane % LANE_COUNT > 0;
  var x = chain_start(lane, 0);
  var y = chain_start(lane, 1);
  for (var round = 0u; round < params.rounds; round++) {
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
    x = select(x, subgroupShuffleUp(x, 1), inner) + params.b;
    y = select(y, subgroupShuffleUp(y, 1), inner) + params.b;
  }
  results[workgroup.x * LANES + lane] = x + y;
}
