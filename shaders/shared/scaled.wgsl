// (a + b) scale 2^exponent as float64 has it, rounded to float32: the end of the sums, in integers, which no compiler
// reassociates, contracts or flushes to zero. Both roundings are made, so that the bits are those of a host.

// mantissa 2^exponent, the mantissa (hi, lo) of 64 bits with the highest one set: a float64 without its sign.
struct Scale {
  hi: u32,
  lo: u32,
  exponent: i32,
}

struct Scaled {
  bits: u32, // of the float32
  is_beyond: bool, // infinite, or no number
  is_below: bool, // not 0, and so small that float32 holds few of its digits or none
}

// A product of 64 bits: high word, low word.
fn multiply(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffff) * (b & 0xffff);
  let first = (a >> 16) * (b & 0xffff) + (low >> 16);
  let second = (a & 0xffff) * (b >> 16) + (first & 0xffff);
  return vec2u((a >> 16) * (b >> 16) + (first >> 16) + (second >> 16), (second << 16) | (low & 0xffff));
}

fn scaled_sum(a: f32, b: f32, scale: Scale, exponent: i32) -> Scaled {
  let a_bits = bitcast<u32>(a);
  let b_bits = bitcast<u32>(b);
  let a_larger = (a_bits & 0x7fffffff) >= (b_bits & 0x7fffffff);
  let larger = select(b_bits, a_bits, a_larger);
  let smaller = select(a_bits, b_bits, a_larger);
  let larger_exponent = max((larger >> 23) & 0xff, 1);
  let distance = larger_exponent - max((smaller >> 23) & 0xff, 1);
  if (larger_exponent == 255) { return Scaled(larger, true, false); }

  // The mantissas, each 24 bits, in words of 64 bits with one to spare; the sum in (hi, lo).
  let large = ((larger & 0x7fffff) | select(0u, 0x800000u, (larger & 0x7f800000) != 0)) << 7;
  let small = ((smaller & 0x7fffff) | select(0u, 0x800000u, (smaller & 0x7f800000) != 0)) << 7;
  let near = distance < 32;
  let shift = distance & 31;
  let shifted = select(0u, small >> shift, distance < 64);
  let small_hi = select(0u, shifted, near);
  let small_lo = select(shifted, select(small << ((32 - shift) & 31), 0u, shift == 0), near);
  let opposite = ((larger ^ smaller) & 0x80000000) != 0;
  var hi = select(large + small_hi, large - small_hi - select(0u, 1u, small_lo != 0), opposite);
  var lo = select(small_lo, 0 - small_lo, opposite);
  if ((hi | lo) == 0) { return Scaled(0, false, false); }

  // Highest bit first: a + b = (hi, lo) 2^(power).
  var power = i32(larger_exponent) - 189;
  if (hi == 0) {
    hi = lo;
    lo = 0;
    power -= 32;
  }
  let zeros = countLeadingZeros(hi);
  hi = select((hi << zeros) | (lo >> ((32 - zeros) & 31)), hi, zeros == 0);
  lo = lo << zeros;
  power -= i32(zeros);

  // The product of 128 bits: (top, next), and whether anything is below.
  let high = multiply(hi, scale.hi);
  let across = multiply(hi, scale.lo);
  let other = multiply(lo, scale.hi);
  let low = multiply(lo, scale.lo);
  let third = across.y + other.y;
  let third_all = third + low.x;
  let carry = select(0u, 1u, third < across.y) + select(0u, 1u, third_all < low.x);
  let middle = across.x + other.x;
  let middle_all = middle + carry;
  var next = high.y + middle_all;
  var top = high.x + select(0u, 1u, middle < across.x) + select(0u, 1u, middle_all < carry) + select(0u, 1u, next < middle_all);
  var is_more = (third_all | low.y) != 0;
  power += scale.exponent + exponent + 64;
  if ((top & 0x80000000) == 0) {
    top = (top << 1) | (next >> 31);
    next = (next << 1) | (third_all >> 31);
    is_more = ((third_all << 1) | low.y) != 0;
    power -= 1;
  }

  // (top, next) to the 53 digits of a float64; ties to even.
  let beyond_float64 = next & 0x7ff;
  let is_odd = (next & 0x800) != 0;
  let up_float64 = beyond_float64 > 0x400 || (beyond_float64 == 0x400 && (is_more || is_odd));
  next = (next & 0xfffff800) + select(0u, 0x800u, up_float64);
  if (up_float64 && next == 0) {
    top += 1;
    if (top == 0) {
      top = 0x80000000;
      power += 1;
    }
  }

  // top 2^(power + 32) to 24 bits, fewer below the normal numbers, none below half the smallest; ties to even.
  let biased = power + 190;
  let drop = u32(clamp(9 - biased, 8, 31));
  let half = 1u << (drop - 1);
  let below_half = (top & (half - 1)) != 0 || next != 0;
  let kept = select(top >> drop, 0u, biased < -22);
  let up = select(
    (top & half) != 0 && (below_half || (kept & 1) == 1),
    biased == -23 && ((top << 1) | next) != 0,
    biased < -22,
  );
  let rounded = kept + select(0u, 1u, up);
  let bits = rounded + u32(max(biased - 1, 0)) * 0x800000;
  let sign = larger & 0x80000000;
  let is_beyond = biased >= 255 || bits >= 0x7f800000;
  return Scaled(sign | select(bits, 0x7f800000u, is_beyond), is_beyond, biased < 1);
}
