// Backward substitution in one diagonal block: X1 = L11^-T B1, in place. One invocation per four right-hand sides.

struct Params {
  begin: u32,  // first row of the block
  size: u32,   // rows of the block
  stride: u32, // floats from one row of the factor to the next
  width4: u32, // vec4s from one row of the right-hand sides to the next
}

@group(0) @binding(0) var<storage, read> factor: array<f32>;      // [stride][stride], lower triangle
@group(0) @binding(1) var<storage, read_write> rhs: array<vec4f>; // [stride][width4]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column4 = id.x;
  if (column4 >= params.width4) {
    return;
  }
  let end = params.begin + params.size;
  for (var i = end; i > params.begin; i--) {
    let row = i - 1u;
    var sum = rhs[row * params.width4 + column4];
    for (var t = i; t < end; t++) {
      sum -= factor[t * params.stride + row] * rhs[t * params.width4 + column4];
    }
    rhs[row * params.width4 + column4] = sum / factor[row * params.stride + row];
  }
}
