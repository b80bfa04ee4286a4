// Where the lines of L transposed lie that the updates read: in tiles of 16 rows, [rows/16][lines][16]. So a sum runs
// through memory in order. With whole rows of a line in order, [lines][rows], every step met another page, and where rows
// are a power of two the same few sets of the cache.

// From one line to the next.
const LINE4: u32 = 4;

// The vec4 of `row4` in line 0.
fn first_line(row4: u32, lines: u32) -> u32 {
  return row4 / 4u * lines * LINE4 + row4 % 4u;
}
