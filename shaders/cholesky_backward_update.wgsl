// Backward substitution above a solved block: B0 -= L10^T X1. One invocation per four rows and four right-hand sides.

struct Params {
  begin: u32,  // first row of the solved block, a multiple of 4
  size: u32,   // rows of the solved block
  stride: u32, // floats from one row of the factor to the next
  width4: u32, // vec4s from one row of the right-hand sides to the next
}

@group(0) @binding(0) var<storage, read> factor: array<vec4f>;    // [stride][stride/4], lower triangle
@group(0) @binding(1) var<storage, read_write> rhs: array<vec4f>; // [stride][width4]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = 4u * id.x;
  let column4 = id.y;
  if (row >= params.begin) {
    return;
  }
  let origin = row * params.width4 + column4;
  var sum = mat4x4f(
    rhs[origin],
    rhs[origin + params.width4],
    rhs[origin + 2u * params.width4],
    rhs[origin + 3u * params.width4],
  );
  for (var t = params.begin; t < params.begin + params.size; t++) {
    let l = factor[(t * params.stride + row) / 4u];
    let x = rhs[t * params.width4 + column4];
    sum -= mat4x4f(l.x * x, l.y * x, l.z * x, l.w * x);
  }
  for (var r = 0u; r < 4u; r++) {
    rhs[origin + r * params.width4] = sum[r];
  }
}
