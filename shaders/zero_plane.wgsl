// The plane kernel of small pairs: plane 0 (p = q) of a pair in one lane, all layers written out. Same equation as planes.wgsl.
//
// A lane keeps pixels and lambdas of one z and walks through images x; a workgroup holds LANES neighbouring z. On plane 0
// nothing is cut: the links of planes.wgsl are 1. The fields of an x lie in workgroup memory, then spread over the lanes
// of each subgroup, from where broadcasts hand them out: software adapters read memory lane by lane, whatever the index.
//
// The elements are added up in the order of the lanes of planes_subgroup.wgsl, and no compiler sees two layers at once
// (`apart`), which it would reassociate: a sum has the bits that the other kernel gives.

import package::shared::arc_cosine::arc_cosine;
import package::shared::arc_cosine::SNAP;
import constants::HEIGHT;
import constants::WIDTH;
import constants::QUADS;
import constants::GAIN;
import constants::CHANNELS;
import constants::LAYERS;
import constants::FIELDS;
import constants::SUBGROUP;
import constants::X_LOADS;
import constants::ROWS;
import constants::ROW_LANES;
import constants::SUMS;
import constants::HALVINGS;

enable subgroups;

struct Params {
  channels: u32,
  layers: u32,
  planes: u32,
  readouts: u32,
  taps: u32,
  theta0: f32,
  first_group: u32, // 0
  first_row: u32, // of the pairs: images of x from here on
  first_column: u32, // images of z from here on
  columns: u32,
  walk: u32, // rows that a workgroup computes one after the other
  triangle: u32, // 1: x and z are the same images, and only pairs with column <= row are wanted
  rows: u32,
}

@group(0) @binding(0) var<storage, read> x_fields: array<vec4f>;
@group(0) @binding(1) var<storage, read> z_fields: array<vec4f>;
@group(0) @binding(2) var<storage, read> planes: array<vec2u>;
@group(0) @binding(3) var<storage, read> radii: array<u32>;
@group(0) @binding(4) var<storage, read> layer_slots: array<i32>;
@group(0) @binding(5) var<storage, read_write> partial_sums: array<vec2f>;
@group(0) @binding(6) var<uniform> params: Params;

const LANES = 64u;
const CELLS: u32 = HEIGHT * QUADS;
const FIELD_CELLS: u32 = (CHANNELS + LAYERS) * CELLS;
const X_STRIDE: u32 = (HEIGHT + 1) * QUADS;
const Z_STRIDE: u32 = HEIGHT * 2 * QUADS;

var<workgroup> sh_x: array<vec4f, X_LOADS * SUBGROUP>;

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) workgroup: vec3u) {
  let first = workgroup.y * LANES;
  let offset = first + lane;
  // A lane beyond the last column takes that once more, and writes nothing.
  let column = params.first_column + min(offset, params.columns - 1);
  // The rows that are wanted; of a triangle from the diagonal on.
  let diagonal = params.first_column + first - min(params.first_column + first, params.first_row);
  var row = max(workgroup.z * params.walk, select(0u, diagonal, params.triangle == 1));
  let last = min(params.rows, (workgroup.z + 1) * params.walk);

  // Arrays begin with a value: what they held a turn before would be there otherwise.
  var z = array<vec4f, FIELD_CELLS>();
  // unroll
  for (var f = 0u; f < FIELDS; f++) {
    // unroll
    for (var y = 0u; y < HEIGHT; y++) {
      // unroll
      for (var v = 0u; v < QUADS; v++) {
        z[(f * HEIGHT + y) * QUADS + v] = z_fields[(column * FIELDS + f) * Z_STRIDE + y * 2 * QUADS + v];
      }
    }
  }
  if (row < last) {
    loop {
      let image = params.first_row + row;
      workgroupBarrier();
      if (lane < FIELD_CELLS) { sh_x[lane] = x_fields[(image * FIELDS + lane / CELLS) * X_STRIDE + lane % CELLS]; }
      workgroupBarrier();
      var held = array<vec4f, X_LOADS>();
      // unroll
      for (var i = 0u; i < X_LOADS; i++) { held[i] = sh_x[i * SUBGROUP + lane % SUBGROUP]; }

      var sigma = array<vec4f, CELLS>();
      var theta = array<vec4f, CELLS>();
      // unroll
      for (var y = 0u; y < HEIGHT; y++) {
        // unroll
        for (var v = 0u; v < QUADS; v++) {
          const cell = y * QUADS + v;
          // unroll
          for (var c = 0u; c < CHANNELS; c++) {
            const at = c * CELLS + cell;
            sigma[cell] += subgroupBroadcast(held[at / SUBGROUP], at % SUBGROUP) * z[at];
          }
          sigma[cell] = apart(sigma[cell]);
          theta[cell] = sigma[cell] * (params.theta0 - 1.0);
        }
      }
      // One image with itself: c = 1 exactly.
      let snap = select(SNAP, 2.0, params.triangle == 1 && image == column);
      let is_wanted = offset < params.columns && (params.triangle == 0 || column <= image);

      // unroll
      for (var h = 0u; h < LAYERS; h++) {
        // T = U + K, and the sums along rows of K and T.
        // unroll
        for (var y = 0u; y < HEIGHT; y++) {
          var before = vec2f(0.0);
          // unroll
          for (var v = 0u; v < QUADS; v++) {
            const cell = y * QUADS + v;
            const right = min(cell + 1, CELLS - 1);
            let k = sigma[cell];
            let t = k + theta[cell];
            let next = select(vec2f(0.0), vec2f(sigma[right].x, sigma[right].x + theta[right].x), v + 1 < QUADS);
            sigma[cell] = vec4f(before.x, k.xyz) + k + vec4f(k.yzw, next.x);
            theta[cell] = vec4f(before.y, t.xyz) + t + vec4f(t.yzw, next.y);
            before = vec2f(k.w, t.w);
          }
        }
        // The sums along columns, and the ReLU step.
        // unroll
        for (var v = 0u; v < QUADS; v++) {
          const inside = select(vec4f(1.0), vec4f(0.0), vec4u(0, 1, 2, 3) + 4 * v >= vec4u(WIDTH));
          var k_above = vec4f(0.0);
          var t_above = vec4f(0.0);
          // unroll
          for (var y = 0u; y < HEIGHT; y++) {
            const cell = y * QUADS + v;
            const below = min(cell + QUADS, CELLS - 1);
            const at = (CHANNELS + h) * CELLS + cell;
            let k = sigma[cell];
            let t = theta[cell];
            let sigma_here = k_above + k + select(vec4f(0.0), sigma[below], y + 1 < HEIGHT);
            let theta_here = t_above + t + select(vec4f(0.0), theta[below], y + 1 < HEIGHT);
            k_above = k;
            t_above = t;
            let kappa = arc_cosine(sigma_here, subgroupBroadcast(held[at / SUBGROUP], at % SUBGROUP) * z[at], snap);
            sigma[cell] = GAIN * kappa.kappa1;
            theta[cell] = apart(GAIN * kappa.kappa0 * theta_here * inside);
          }
        }
        let slot = layer_slots[h];
        if (slot >= 0 && is_wanted) {
          partial_sums[(row * params.columns + offset) * params.taps + u32(slot)] = plane_sum(sigma, theta);
        }
      }
      continuing {
        row++;
        break if row >= last;
      }
    }
  }
}

// The elements of a plane: first those of ROWS rows of a column of vec4s, then by halves.
fn plane_sum(sigma: array<vec4f, CELLS>, theta: array<vec4f, CELLS>) -> vec2f {
  var sums = array<vec2f, 1u << HALVINGS>();
  // unroll
  for (var i = 0u; i < SUMS; i++) {
    var k_sum = vec4f(0.0);
    var u_sum = vec4f(0.0);
    // unroll
    for (var r = 0u; r < ROWS; r++) {
      const y = i / ROW_LANES * ROWS + r;
      const cell = min(y * QUADS + i % ROW_LANES, CELLS - 1);
      if (y < HEIGHT && i % ROW_LANES < QUADS) {
        k_sum += sigma[cell];
        u_sum += theta[cell];
      }
    }
    sums[i] = vec2f(dot(k_sum, vec4f(1.0)), dot(u_sum, vec4f(1.0)));
  }
  // unroll
  for (var s = 0u; s < HALVINGS; s++) {
    // unroll
    for (var i = 0u; i < SUMS; i++) {
      const other = min(i + (1u << s), SUMS - 1);
      if (i % (2u << s) == 0) { sums[i] += sums[other]; }
    }
  }
  return sums[0];
}

// The same value, of which no compiler knows where it comes from.
fn apart(value: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(value) | vec4u(params.first_group));
}
