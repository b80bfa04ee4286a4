// sums[pair][tap] = sum over groups of partial_sums[pair][group][tap], blocks of 32 first, always in the same order.

struct Params {
  groups: u32,
  taps: u32,
  entries: u32, // pairs * taps
}

@group(0) @binding(0) var<storage, read> partial_sums: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> sums: array<vec2f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let entry = id.y * workgroups.x * 64 + id.x;
  if (entry >= params.entries) { return; }
  let base = entry / params.taps * params.groups * params.taps + entry % params.taps;
  var sum = vec2f(0.0);
  for (var first = 0u; first < params.groups; first += 32) {
    var block = vec2f(0.0);
    for (var group = first; group < min(first + 32, params.groups); group++) {
      block += partial_sums[base + group * params.taps];
    }
    sum += block;
  }
  sums[entry] = sum;
}
