// Factors one diagonal block in place: A11 = L11 L11^T. One workgroup, one invocation per row of the block.
import constants::BLOCK;

struct Params {
  begin: u32,  // first row and column of the block
  size: u32,   // rows of the block, at most BLOCK
  stride: u32, // floats from one row of the matrix to the next
}

@group(0) @binding(0) var<storage, read_write> matrix: array<f32>; // [stride][stride]
@group(0) @binding(1) var<storage, read_write> pivots: array<f32>; // [stride]: squares of the diagonal of L11
@group(0) @binding(2) var<uniform> params: Params;

// The strict lower triangle becomes L11 column by column; its diagonal keeps the entries of A11.
var<workgroup> sh_block: array<f32, BLOCK * (BLOCK + 1) / 2>;

fn at(row: u32, column: u32) -> u32 {
  return row * (row + 1u) / 2u + column;
}

// A normal, finite, positive float32, told from its bits: a compiler may assume that no NaN ever occurs.
fn is_positive(value: f32) -> bool {
  return bitcast<u32>(value) - 0x00800000u < 0x7f000000u;
}

@compute @workgroup_size(BLOCK)
fn main(@builtin(local_invocation_index) row: u32) {
  let inside = row < params.size;
  let origin = (params.begin + row) * params.stride + params.begin;
  if (inside) {
    for (var j = 0u; j <= row; j++) {
      sh_block[at(row, j)] = matrix[origin + j];
    }
  }
  workgroupBarrier();

  var diagonal = 0.0;
  for (var j = 0u; j < params.size; j++) {
    // Every invocation computes the pivot for itself: that is cheaper than a second barrier.
    var pivot = sh_block[at(j, j)];
    for (var t = 0u; t < j; t++) {
      let l = sh_block[at(j, t)];
      pivot -= l * l;
    }
    // A bad pivot is reported through `pivots`; the rest of the block then means nothing.
    let root = sqrt(select(1.0, pivot, is_positive(pivot)));
    if (row == j) {
      diagonal = root;
      pivots[params.begin + j] = pivot;
    }
    if (inside && row > j) {
      var sum = sh_block[at(row, j)];
      for (var t = 0u; t < j; t++) {
        sum -= sh_block[at(row, t)] * sh_block[at(j, t)];
      }
      sh_block[at(row, j)] = sum / root;
    }
    workgroupBarrier();
  }

  if (inside) {
    for (var j = 0u; j < row; j++) {
      matrix[origin + j] = sh_block[at(row, j)];
    }
    matrix[origin + row] = diagonal;
  }
}
