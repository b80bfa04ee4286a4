// Geometry of a displacement plane: element p stands for the pixel pair (p, q), q = (p + d) mod (H, W).

import constants::HEIGHT;
import constants::WIDTH;

// 1 if rows y - 1 and y of plane dy are neighbours for patch(); 0 where the image ends or q wraps between them.
fn row_link(y: u32, dy: u32) -> f32 {
  return select(1.0, 0.0, y == 0 || y >= HEIGHT || y == HEIGHT - dy);
}

// The same for columns x - 1 and x, at x = first .. first + 3.
fn column_links(first: u32, dx: u32) -> vec4f {
  let x = vec4u(0, 1, 2, 3) + first;
  return select(vec4f(1.0), vec4f(0.0), (x == vec4u(0)) | (x >= vec4u(WIDTH)) | (x == vec4u(WIDTH - dx)));
}

// How many window centres i in [0, size) have both |p - i| <= radius and |q - i| <= radius: the weight of element
// (p, q) in a read-out that pools over windows of that radius (radius 0: p = q alone; radius >= size: every element
// counts `size` times).
fn window_overlap(p: u32, q: u32, radius: u32, size: u32) -> f32 {
  let first = max(0, i32(max(p, q)) - i32(radius));
  let last = min(i32(size) - 1, i32(min(p, q)) + i32(radius));
  return f32(max(0, last - first + 1));
}

// Whether any element of the plane displaced by d has weight under windows of that radius.
fn within_reach(d: vec2u, radius: u32) -> bool {
  let distance = min(d, vec2u(WIDTH, HEIGHT) - d);
  return all(distance <= vec2u(2 * radius));
}

// window_overlap along a row, for the columns x = first .. first + 3.
fn column_weights(first: u32, dx: u32, radius: u32) -> vec4f {
  let x = vec4u(0, 1, 2, 3) + first;
  let q = (x + dx) % WIDTH;
  return vec4f(
    window_overlap(x[0], q[0], radius, WIDTH),
    window_overlap(x[1], q[1], radius, WIDTH),
    window_overlap(x[2], q[2], radius, WIDTH),
    window_overlap(x[3], q[3], radius, WIDTH),
  );
}
