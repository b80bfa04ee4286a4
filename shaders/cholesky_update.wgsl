// Update of a panel of columns: C -= L L^T, where C is at and below the diagonal of 16 x 16 tiles.
// An invocation holds 16 rows x 8 columns in registers. The 16 rows are those of its workgroup, so their loads are
// uniform; the 8 columns are two vec4s. No barrier: software adapters pay dearly for them. A deep sum (`depth` lines)
// reads and writes C once.

import package::shared::lines::LINE4;
import package::shared::lines::first_line;

struct Params {
  begin: u32,  // first row and column of C, a multiple of 16
  end: u32,    // first column right of C, a multiple of 16
  rows: u32,   // rows of the matrix, a multiple of 16
  stride: u32, // floats from one row of the matrix to the next, a multiple of 16
  lines: u32,  // lines in a tile of `panel`
  depth: u32,  // of them, from the first on, are L
}

@group(0) @binding(0) var<storage, read> panel: array<vec4f>;        // [rows/16][lines][4]: L transposed
@group(0) @binding(1) var<storage, read_write> matrix: array<vec4f>; // [rows][stride/4]
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
  let column = params.begin + 8u * (32u * tile.x + lane);
  if (column >= min(row + 16u, params.end)) {
    return; // above the diagonal tile, or right of C
  }
  let width4 = params.stride / 4u;
  let column4 = column / 4u;
  let origin = row * width4 + column4;
  let tile_columns = first_line(column4, params.lines);
  let tile_rows = first_line(row / 4u, params.lines);

  var left0 = mat4x4f();
  var left1 = mat4x4f();
  var left2 = mat4x4f();
  var left3 = mat4x4f();
  var right0 = mat4x4f();
  var right1 = mat4x4f();
  var right2 = mat4x4f();
  var right3 = mat4x4f();
  for (var k = 0u; k < params.depth; k++) {
    let line = k * LINE4;
    let left = panel[tile_columns + line];
    let right = panel[tile_columns + line + 1u];
    let rows0 = panel[tile_rows + line];
    let rows1 = panel[tile_rows + line + 1u];
    let rows2 = panel[tile_rows + line + 2u];
    let rows3 = panel[tile_rows + line + 3u];
    left0 += outer(left, rows0);
    right0 += outer(right, rows0);
    left1 += outer(left, rows1);
    right1 += outer(right, rows1);
    left2 += outer(left, rows2);
    right2 += outer(right, rows2);
    left3 += outer(left, rows3);
    right3 += outer(right, rows3);
  }
  store(origin, width4, load(origin, width4) - left0);
  store(origin + 1u, width4, load(origin + 1u, width4) - right0);
  store(origin + 4u * width4, width4, load(origin + 4u * width4, width4) - left1);
  store(origin + 4u * width4 + 1u, width4, load(origin + 4u * width4 + 1u, width4) - right1);
  store(origin + 8u * width4, width4, load(origin + 8u * width4, width4) - left2);
  store(origin + 8u * width4 + 1u, width4, load(origin + 8u * width4 + 1u, width4) - right2);
  store(origin + 12u * width4, width4, load(origin + 12u * width4, width4) - left3);
  store(origin + 12u * width4 + 1u, width4, load(origin + 12u * width4 + 1u, width4) - right3);
}
