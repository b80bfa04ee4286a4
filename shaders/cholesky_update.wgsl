// Trailing update: A22 -= L21 L21^T on the lower triangle of 16 x 16 tiles.
// An invocation holds 16 rows x 4 columns in registers. The 16 rows are those of its workgroup, so their loads are
// uniform; the 4 columns are one vec4. No barrier: software adapters pay dearly for them.
import constants::BLOCK;

struct Params {
  begin: u32,  // first row and column of A22, a multiple of 16
  stride: u32, // floats from one row of the matrix to the next, a multiple of 16
}

@group(0) @binding(0) var<storage, read> panel: array<vec4f>;        // [BLOCK][stride/4]: L21 transposed
@group(0) @binding(1) var<storage, read_write> matrix: array<vec4f>; // [stride][stride/4]
@group(0) @binding(2) var<uniform> params: Params;

// Four rows of the tile; column r of the result is matrix[row + r][4 columns].
fn load(index: u32, width4: u32) -> mat4x4f {
  return mat4x4f(matrix[index], matrix[index + width4], matrix[index + 2u * width4], matrix[index + 3u * width4]);
}

fn store(index: u32, width4: u32, rows: mat4x4f) {
  matrix[index] = rows[0];
  matrix[index + width4] = rows[1];
  matrix[index + 2u * width4] = rows[2];
  matrix[index + 3u * width4] = rows[3];
}

fn outer(columns: vec4f, rows: vec4f) -> mat4x4f {
  return mat4x4f(columns * rows.x, columns * rows.y, columns * rows.z, columns * rows.w);
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = params.begin + 16u * tile.y;
  let column = params.begin + 4u * (32u * tile.x + lane);
  if (column >= row + 16u) {
    return; // above the diagonal tile, hence also right of the matrix
  }
  let width4 = params.stride / 4u;
  let column4 = column / 4u;
  let row4 = row / 4u;
  let origin = row * width4 + column4;

  var c0 = load(origin, width4);
  var c1 = load(origin + 4u * width4, width4);
  var c2 = load(origin + 8u * width4, width4);
  var c3 = load(origin + 12u * width4, width4);
  for (var k = 0u; k < BLOCK; k++) {
    let line = k * width4;
    let right = panel[line + column4];
    c0 -= outer(right, panel[line + row4]);
    c1 -= outer(right, panel[line + row4 + 1u]);
    c2 -= outer(right, panel[line + row4 + 2u]);
    c3 -= outer(right, panel[line + row4 + 3u]);
  }
  store(origin, width4, c0);
  store(origin + 4u * width4, width4, c1);
  store(origin + 8u * width4, width4, c2);
  store(origin + 12u * width4, width4, c3);
}
