// A plain matrix product: C = A^T B, with A [depth][rows] and B [depth][columns]. What the update of the Cholesky
// factorisation is measured against: the same registers (16 rows x 8 columns of an invocation, the rows uniform in its
// workgroup), and no triangle, no old values of C.

struct Params {
  rows: u32,    // a multiple of 16
  columns: u32, // a multiple of 8
  depth: u32,
}

@group(0) @binding(0) var<storage, read> a: array<vec4f>;       // [depth][rows/4]
@group(0) @binding(1) var<storage, read> b: array<vec4f>;       // [depth][columns/4]
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>; // [rows][columns/4]
@group(0) @binding(3) var<uniform> params: Params;

fn store(index: u32, width4: u32, rows: mat4x4f) {
  c[index] = rows[0];
  c[index + width4] = rows[1];
  c[index + 2u * width4] = rows[2];
  c[index + 3u * width4] = rows[3];
}

fn outer(columns: vec4f, rows: vec4f) -> mat4x4f {
  return mat4x4f(columns * rows.x, columns * rows.y, columns * rows.z, columns * rows.w);
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = 16u * tile.y;
  let column = 8u * (32u * tile.x + lane);
  if (column >= params.columns) {
    return;
  }
  let width4 = params.columns / 4u;
  let rows4 = params.rows / 4u;
  let column4 = column / 4u;
  let row4 = row / 4u;

  var left0 = mat4x4f();
  var left1 = mat4x4f();
  var left2 = mat4x4f();
  var left3 = mat4x4f();
  var right0 = mat4x4f();
  var right1 = mat4x4f();
  var right2 = mat4x4f();
  var right3 = mat4x4f();
  for (var k = 0u; k < params.depth; k++) {
    let left = b[k * width4 + column4];
    let right = b[k * width4 + column4 + 1u];
    let rows0 = a[k * rows4 + row4];
    let rows1 = a[k * rows4 + row4 + 1u];
    let rows2 = a[k * rows4 + row4 + 2u];
    let rows3 = a[k * rows4 + row4 + 3u];
    left0 += outer(left, rows0);
    right0 += outer(right, rows0);
    left1 += outer(left, rows1);
    right1 += outer(right, rows1);
    left2 += outer(left, rows2);
    right2 += outer(right, rows2);
    left3 += outer(left, rows3);
    right3 += outer(right, rows3);
  }
  let origin = row * width4 + column4;
  store(origin, width4, left0);
  store(origin + 1u, width4, right0);
  store(origin + 4u * width4, width4, left1);
  store(origin + 4u * width4 + 1u, width4, right1);
  store(origin + 8u * width4, width4, left2);
  store(origin + 8u * width4 + 1u, width4, right2);
  store(origin + 12u * width4, width4, left3);
  store(origin + 12u * width4 + 1u, width4, right3);
}
