// Update of a panel of columns in subgroups: same equation as cholesky_update.wgsl, for software adapters.
//
// They read memory lane by lane, each number with its own bounds check, whatever the index: a vec4 costs as much as 100
// multiply-adds. So a lane reads, for each line, four of its workgroup's rows and its own four columns; broadcasts hand
// the rows out to the others. A workgroup is (a part of) one subgroup, and holds 4 LANES rows x 4 LANES columns of C.
//
// Two lines at a time: what a loop carries over is read, masked and written in every turn. A sum is one chain of the
// sums of two products.

import package::shared::lines::LINE4;
import package::shared::lines::first_line;
import constants::LANES;

enable subgroups;

struct Params {
  begin: u32,  // first row and column of C, a multiple of 16
  end: u32,    // first column right of C, a multiple of 16
  rows: u32,   // rows of the matrix, a multiple of 16
  stride: u32, // floats from one row of the matrix to the next, a multiple of 16
  lines: u32,  // lines in a tile of `panel`
  depth: u32,  // of them, from the first on, are L; even
}

@group(0) @binding(0) var<storage, read> panel: array<vec4f>;        // [rows/16][lines][4]: L transposed
@group(0) @binding(1) var<storage, read_write> matrix: array<vec4f>; // [rows][stride/4]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first_row = params.begin + 4u * LANES * tile.y;
  let first_column = params.begin + 4u * LANES * tile.x;
  if (first_column >= min(first_row + 4u * LANES, params.end)) {
    return; // above the diagonal tile, or right of C
  }
  // Lanes beyond the last row, or right of C, read other numbers, and write none.
  let last4 = params.rows / 4u - 1u;
  let column4 = first_column / 4u + lane;
  let own_rows = first_line(min(first_row / 4u + lane, last4), params.lines);
  let own_columns = first_line(min(column4, last4), params.lines);

  var sums = array<mat4x4f, LANES>();
  for (var k = 0u; k < params.depth; k += 2u) {
    let line = k * LINE4;
    let left = panel[own_columns + line];
    let right = panel[own_columns + line + LINE4];
    let left_rows = panel[own_rows + line];
    let right_rows = panel[own_rows + line + LINE4];
    // unroll
    for (var r = 0u; r < LANES; r++) {
      let a = subgroupBroadcast(left_rows, r);
      let b = subgroupBroadcast(right_rows, r);
      sums[r][0] += left * a.x + right * b.x;
      sums[r][1] += left * a.y + right * b.y;
      sums[r][2] += left * a.z + right * b.z;
      sums[r][3] += left * a.w + right * b.w;
    }
  }

  let width4 = params.stride / 4u;
  // unroll
  for (var r = 0u; r < LANES; r++) {
    let row = first_row + 4u * r;
    // Below the last row there is nothing; on and below the diagonal of 16 x 16 tiles all of C.
    if (row < params.rows && 4u * column4 < min((row / 16u + 1u) * 16u, params.end)) {
      let i = row * width4 + column4;
      matrix[i] -= sums[r][0];
      matrix[i + width4] -= sums[r][1];
      matrix[i + 2u * width4] -= sums[r][2];
      matrix[i + 3u * width4] -= sums[r][3];
    }
  }
}
