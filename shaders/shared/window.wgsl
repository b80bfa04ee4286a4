// Windows on a displacement plane: which of its elements p and p + w meet in a convolution. They do if p + w and q + w are
// in the image: if no border lies between them, and q wraps between them nowhere; a circular convolution has no borders.

import constants::HEIGHT;
import constants::WIDTH;
import constants::CIRCULAR;

// 1 if rows y and y + w of plane dy meet, else 0. Negative w as two's complement.
fn row_linked(y: u32, w: u32, dy: u32) -> f32 {
  if (CIRCULAR == 1) { return 1.0; }
  let cut = HEIGHT - dy;
  return select(0.0, 1.0, y + w < HEIGHT && (y + w < cut) == (y < cut));
}

// The same for columns x and x + w of plane dx, at x = first .. first + 3.
fn column_linked(first: u32, w: u32, dx: u32) -> vec4f {
  if (CIRCULAR == 1) { return vec4f(1.0); }
  let x = vec4u(0, 1, 2, 3) + first;
  let other = x + w;
  let cut = vec4u(WIDTH - dx);
  return select(vec4f(0.0), vec4f(1.0), (other < vec4u(WIDTH)) & ((other < cut) == (x < cut)));
}

// Columns x - j at x = first .. first + 3, of the quad that stands before and the quad itself.
fn from_left(before: vec4f, here: vec4f, j: u32) -> vec4f {
  if (j == 1) { return vec4f(before.w, here.xyz); }
  if (j == 2) { return vec4f(before.zw, here.xy); }
  return vec4f(before.yzw, here.x);
}

// Columns x + j, of the quad itself and the one after it.
fn from_right(here: vec4f, after: vec4f, j: u32) -> vec4f {
  if (j == 1) { return vec4f(here.yzw, after.x); }
  if (j == 2) { return vec4f(here.zw, after.xy); }
  return vec4f(here.w, after.xyz);
}
