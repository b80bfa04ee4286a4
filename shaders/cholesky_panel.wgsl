// The rows below a factored diagonal block: L21 = A21 L11^-T. Four rows per invocation, four columns at a time.
import package::shared::lines::LINE4;
import package::shared::lines::first_line;
import constants::BLOCK;

struct Params {
  begin: u32,  // first row and column of the diagonal block, which is a whole one
  rows: u32,   // rows of the matrix
  stride: u32, // floats from one row of the matrix to the next
  lines: u32,  // lines in a tile of `panel`
  line: u32,   // of them for the first column of L21
}

@group(0) @binding(0) var<storage, read_write> matrix: array<vec4f>; // [rows][stride/4]
@group(0) @binding(1) var<storage, read_write> panel: array<vec4f>;  // [rows/16][lines][4]: L21 transposed
@group(0) @binding(2) var<uniform> params: Params;

// matrix[row .. row+3][4 column4 .. 4 column4 + 3], one row in each column of the result.
fn rows_of(row: u32, column4: u32) -> mat4x4f {
  let width4 = params.stride / 4u;
  let i = row * width4 + column4;
  return mat4x4f(matrix[i], matrix[i + width4], matrix[i + 2u * width4], matrix[i + 3u * width4]);
}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.begin + BLOCK + 4u * id.x;
  if (row >= params.rows) {
    return;
  }
  let width4 = params.stride / 4u;
  let first = first_line(row / 4u, params.lines) + params.line * LINE4;
  let begin4 = params.begin / 4u;

  for (var j = 0u; j < BLOCK; j += 4u) {
    // x[c] is column j + c of L21, for four rows.
    var x = transpose(rows_of(row, begin4 + j / 4u));
    for (var t = 0u; t < j; t += 4u) {
      let i = first + t * LINE4;
      let solved = mat4x4f(panel[i], panel[i + LINE4], panel[i + 2u * LINE4], panel[i + 3u * LINE4]);
      x -= solved * rows_of(params.begin + j, begin4 + t / 4u);
    }
    let l = rows_of(params.begin + j, begin4 + j / 4u);
    x[0] = x[0] / l[0].x;
    x[1] = (x[1] - x[0] * l[1].x) / l[1].y;
    x[2] = (x[2] - x[0] * l[2].x - x[1] * l[2].y) / l[2].z;
    x[3] = (x[3] - x[0] * l[3].x - x[1] * l[3].y - x[2] * l[3].z) / l[3].w;

    let rows = transpose(x);
    for (var c = 0u; c < 4u; c++) {
      panel[first + (j + c) * LINE4] = x[c];
      matrix[(row + c) * width4 + begin4 + j / 4u] = rows[c];
    }
  }
}
