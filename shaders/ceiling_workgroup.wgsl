// Ceiling of workgroup memory: vec4 reads, each lane at a place of its own that changes from step to step.
//
//   results = sum over steps s of table[(lane + s) mod SIZE],   table[i] = chain_start(i) + b
//
// Every read is another place and ends in the result: nothing can be left out.

import package::shared::chains::chain_start;
import package::shared::chains::LANES;

struct Params {
  rounds: u32,
  b: f32,
}

@group(0) @binding(0) var<storage, read_write> results: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

const SIZE: u32 = 4 * LANES;
const UNROLL: u32 = 8;

var<workgroup> sh_table: array<vec4f, SIZE>;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  for (var i = lane; i < SIZE; i += LANES) { sh_table[i] = chain_start(i, 0) + params.b; }
  workgroupBarrier();
  var sum = vec4f(0.0);
  for (var round = 0u; round < params.rounds; round++) {
    let first = lane + round * UNROLL;
    sum += sh_table[(first + 0) % SIZE];
    sum += sh_table[(first + 1) % SIZE];
    sum += sh_table[(first + 2) % SIZE];
    sum += sh_table[(first + 3) % SIZE];
    sum += sh_table[(first + 4) % SIZE];
    sum += sh_table[(first + 5) % SIZE];
    sum += sh_table[(first + 6) % SIZE];
    sum += sh_table[(first + 7) % SIZE];
  }
  results[workgroup.x * LANES + lane] = sum;
}
