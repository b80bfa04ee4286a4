// What the fused plane kernels of networks have in common: all but how lanes lie on a plane, how they meet their
// neighbours, and how wide the tensors are that they read and write.
//
// A lane holds ROWS rows of COLUMN_QUADS quads of columns of one plane, CELLS vec4s of Sigma and of Theta each.

import package::shared::plane_activation::{activate, Layer};
import package::shared::plane_bindings::{Pair, QUADS, X_STRIDE, Z_QUADS, Z_STRIDE, params};
import package::shared::stored_fields::{field_of_x, field_of_z};
import package::shared::window::{column_linked, from_left, from_right, row_linked};
import constants::HEIGHT;
import constants::WIDTH;
import constants::SHIFTS;
import constants::ROWS;
import constants::COLUMN_QUADS;
import constants::ROW_LANES;
import constants::STRIPS;
import constants::LOW;
import constants::HIGH;
import constants::LINEAR;

const CELLS: u32 = ROWS * COLUMN_QUADS;
// Every lane's cells are inside the image.
const EXACT: bool = ROWS * STRIPS == HEIGHT && 4 * COLUMN_QUADS * ROW_LANES == WIDTH;
const NO_SLOT = 0xffffffffu; // a part that there is not
const PLANE_WORDS = 10u; // dx, dy, slot of the result (x, y), slots of the source (3 of x, 3 of y)
const LEFT: u32 = max(u32(LOW), 1u);
const RIGHT: u32 = max(u32(HIGH), 1u);

// Where a lane stands: which plane of which pair, and which of its cells.
struct Lane {
  d: vec2u,
  top: u32,
  first_quad: u32,
  x_base: u32, // fields of x and z, at their first row
  z_base: u32,
}

fn lane_of(pair: Pair, d: vec2u, top: u32, first_quad: u32) -> Lane {
  let z = (pair.z * params.fields * SHIFTS + d.x % 4) * HEIGHT * Z_QUADS + d.x / 4;
  return Lane(d, top, first_quad, pair.x * params.fields * X_STRIDE, z);
}

// Sums over planes leave these out, tensors have no room for them.
fn outside(lane: Lane, r: u32, v: u32) -> bool {
  return !EXACT && (lane.first_quad + v >= QUADS || lane.top + r >= HEIGHT);
}

// Field f of x and of z at a cell. Cells right of the image or below it read the row of zeros.
fn x_field(lane: Lane, f: u32, r: u32, v: u32) -> vec4f {
  let quad = lane.first_quad + v;
  var row = lane.top + r;
  if (!EXACT) { row = select(min(row, HEIGHT), HEIGHT, quad >= QUADS); }
  return field_of_x(lane.x_base + f * X_STRIDE + row * QUADS + min(quad, QUADS - 1));
}

fn z_field(lane: Lane, f: u32, r: u32, v: u32) -> vec4f {
  let row = (lane.top + r + lane.d.y) % HEIGHT;
  return field_of_z(lane.z_base + f * Z_STRIDE + row * Z_QUADS + min(lane.first_quad + v, QUADS - 1));
}

fn pixel_products(lane: Lane, r: u32, v: u32) -> vec4f {
  var sum = vec4f(0.0);
  for (var c = 0u; c < params.channels; c++) { sum += x_field(lane, c, r, v) * z_field(lane, c, r, v); }
  return sum;
}

// Columns that meet those of a cell, at a distance of 1 and more to either side.
struct Links {
  left: array<vec4f, COLUMN_QUADS * LEFT>,
  right: array<vec4f, COLUMN_QUADS * RIGHT>,
}

fn links_of(lane: Lane) -> Links {
  var links: Links;
  // unroll
  for (var v = 0u; v < COLUMN_QUADS; v++) {
    let first = 4 * (lane.first_quad + v);
    // unroll
    for (var j = 1u; j <= LOW; j++) { links.left[(j - 1) * COLUMN_QUADS + v] = column_linked(first, 0u - j, lane.d.x); }
    // unroll
    for (var j = 1u; j <= HIGH; j++) { links.right[(j - 1) * COLUMN_QUADS + v] = column_linked(first, j, lane.d.x); }
  }
  return links;
}

// A quad of Sigma and of Theta.
struct Cell {
  sigma: vec4f,
  theta: vec4f,
}

// Window sums along row r, in place, with the quads that stand left and right of the lane's own.
fn sum_along_row(
  sigma: ptr<function, array<vec4f, CELLS>>,
  theta: ptr<function, array<vec4f, CELLS>>,
  links: ptr<function, Links>,
  r: u32,
  left: Cell,
  right: Cell,
) {
  let first = r * COLUMN_QUADS;
  var before = left;
  // unroll
  for (var v = 0u; v < COLUMN_QUADS; v++) {
    let k = (*sigma)[first + v];
    let t = (*theta)[first + v];
    var after = right;
    if (v + 1 < COLUMN_QUADS) { after = Cell((*sigma)[first + v + 1], (*theta)[first + v + 1]); }
    var k_sum = k;
    var t_sum = t;
    // unroll
    for (var j = 1u; j <= LOW; j++) {
      let linked = (*links).left[(j - 1) * COLUMN_QUADS + v];
      k_sum += from_left(before.sigma, k, j) * linked;
      t_sum += from_left(before.theta, t, j) * linked;
    }
    // unroll
    for (var j = 1u; j <= HIGH; j++) {
      let linked = (*links).right[(j - 1) * COLUMN_QUADS + v];
      k_sum += from_right(k, after.sigma, j) * linked;
      t_sum += from_right(t, after.theta, j) * linked;
    }
    (*sigma)[first + v] = k_sum;
    (*theta)[first + v] = t_sum;
    before = Cell(k, t);
  }
}

// The rows above a strip, the farthest first, and those below it, the nearest first.
struct Edges {
  k_above: array<vec4f, LEFT>,
  t_above: array<vec4f, LEFT>,
  k_below: array<vec4f, RIGHT>,
  t_below: array<vec4f, RIGHT>,
}

// Window sums along the columns of quad v, weights and the activation of layer h, in place.
fn through_layer(
  sigma: ptr<function, array<vec4f, CELLS>>,
  theta: ptr<function, array<vec4f, CELLS>>,
  edges: ptr<function, Edges>,
  lane: Lane,
  layer: Layer,
  h: u32,
  v: u32,
) {
  for (var r = 0u; r < ROWS; r++) {
    let cell = r * COLUMN_QUADS + v;
    let y = lane.top + r;
    let k = (*sigma)[cell];
    let t = (*theta)[cell];
    var k_sum = k;
    var t_sum = t;
    // unroll
    for (var j = 0u; j < LOW; j++) {
      let linked = layer.windowed * row_linked(y, j - LOW, lane.d.y);
      k_sum += (*edges).k_above[j] * linked;
      t_sum += (*edges).t_above[j] * linked;
    }
    // unroll
    for (var j = 1u; j <= HIGH; j++) {
      let linked = layer.windowed * row_linked(y, j, lane.d.y);
      let beyond = min(r + j - min(r + j, u32(ROWS)), RIGHT - 1);
      var k_next = (*edges).k_below[beyond];
      var t_next = (*edges).t_below[beyond];
      if (r + j < ROWS) {
        k_next = (*sigma)[cell + j * COLUMN_QUADS];
        t_next = (*theta)[cell + j * COLUMN_QUADS];
      }
      k_sum += k_next * linked;
      t_sum += t_next * linked;
    }
    // unroll
    for (var j = 1u; j < LOW; j++) {
      (*edges).k_above[j - 1] = (*edges).k_above[j];
      (*edges).t_above[j - 1] = (*edges).t_above[j];
    }
    (*edges).k_above[LEFT - 1] = k;
    (*edges).t_above[LEFT - 1] = t;

    let s = layer.gain * k_sum + layer.bias;
    let u = layer.gain * t_sum + layer.trained * s;
    let f = params.channels + h;
    let kappa = activate(layer, s, x_field(lane, f, r, v), z_field(lane, f, r, v));
    (*sigma)[cell] = kappa.k;
    (*theta)[cell] = layer.theta_scale * kappa.k_dot * u;
    // Some layer of this run has no activation.
    if (LINEAR == 1) {
      (*sigma)[cell] = select(s, kappa.k, layer.activated == 1.0);
      (*theta)[cell] = select(u, (*theta)[cell], layer.activated == 1.0);
    }
  }
}

// (Sigma, Theta) summed over the lane's cells.
fn sum_of_cells(
  sigma: ptr<function, array<vec4f, CELLS>>,
  theta: ptr<function, array<vec4f, CELLS>>,
  lane: Lane,
) -> vec2f {
  var sum = vec2f(0.0);
  // unroll
  for (var v = 0u; v < COLUMN_QUADS; v++) {
    var k_sum = vec4f(0.0);
    var t_sum = vec4f(0.0);
    for (var r = 0u; r < ROWS; r++) {
      let inside = select(1.0, 0.0, outside(lane, r, v));
      k_sum += inside * (*sigma)[r * COLUMN_QUADS + v];
      t_sum += inside * (*theta)[r * COLUMN_QUADS + v];
    }
    let columns = vec4u(0, 1, 2, 3) + 4 * (lane.first_quad + v);
    let weights = select(vec4f(0.0), vec4f(1.0), columns < vec4u(WIDTH));
    sum += vec2f(dot(k_sum, weights), dot(t_sum, weights));
  }
  return sum;
}
