// Forward substitution below a solved block: B2 -= L21 X1. One invocation per row and four right-hand sides.
import constants::BLOCK;

struct Params {
  begin: u32,  // first row of the solved block, which is a whole one
  rows: u32,   // rows of the factor and of the right-hand sides
  stride: u32, // floats from one row of the factor to the next
  width4: u32, // vec4s from one row of the right-hand sides to the next
}

@group(0) @binding(0) var<storage, read> factor: array<vec4f>;    // [rows][stride/4], lower triangle
@group(0) @binding(1) var<storage, read_write> rhs: array<vec4f>; // [rows][width4]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + BLOCK + id.x;
  let column4 = id.y;
  if (row >= params.rows) {
    return;
  }
  var sum = rhs[row * params.width4 + column4];
  for (var t = params.begin; t < params.begin + BLOCK; t += 4u) {
    let l = factor[(row * params.stride + t) / 4u];
    let x = t * params.width4 + column4;
    sum -= l.x * rhs[x];
    sum -= l.y * rhs[x + params.width4];
    sum -= l.z * rhs[x + 2u * params.width4];
    sum -= l.w * rhs[x + 3u * params.width4];
  }
  rhs[row * params.width4 + column4] = sum;
}
