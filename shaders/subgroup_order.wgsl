// misplaced += 1 for every invocation that does not stand in its subgroup where it stands in the workgroup.
//
// planes_subgroup takes neighbours in a subgroup for neighbours in the workgroup, which WGSL does not promise.

import constants::LANES;

enable subgroups;

@group(0) @binding(0) var<storage, read_write> misplaced: array<atomic<u32>>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) place: u32,
  @builtin(subgroup_size) size: u32,
) {
  if (place != lane % size) { atomicAdd(&misplaced[0], 1u); }
}
