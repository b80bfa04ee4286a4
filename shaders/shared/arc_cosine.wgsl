// The ReLU step of the recursion in one place: both arc-cosine kernels of a correlation from one square root.
//
// With u = 1 - |c|, r = sqrt(u):   arccos|c| / pi = r A(u),   sqrt(1 - c^2) / pi = r B(u),   A, B polynomials on [0, 1].
// The subtraction m - |sigma| is exact near |c| = 1, where arccos would multiply an error in c by 1/sqrt(1 - c^2).

// Largest relative errors in float32: A 5.6e-8, B 1.4e-7.
const A0 = 0.45015814900398254;
const A1 = 0.03751382976770401;
const A2 = 0.0084270890802145;
const A3 = 0.0026154667139053345;
const A4 = 0.0004707357147708535;
const A5 = 0.001062651164829731;
const A6 = -0.000633641320746392;
const A7 = 0.00038570811739191413;
const B0 = 0.45015814900398254;
const B1 = -0.11254025250673294;
const B2 = -0.01405270118266344;
const B3 = -0.003630876075476408;
const B4 = -0.0006754101486876607;
const B5 = -0.001210298971273005;
const B6 = 0.0006911495001986623;
const B7 = -0.0004298767598811537;

// Correlations this close to +-1 are taken as +-1: float32 cannot tell them apart. Smaller, and proportional images
// (constant ones among them) are seen as different; larger, and nearly equal ones are taken as equal.
const SNAP = 3.7e-7;

// Below this 1/m overflows or m is denormal: such an element weighs nothing beside pixels of order 1.
const TINY = 1e-37;

// A, B and (A - B) / u at one element.
fn angle_series(u: f32) -> f32 {
  return A0 + u * (A1 + u * (A2 + u * (A3 + u * (A4 + u * (A5 + u * (A6 + u * A7))))));
}

fn sine_series(u: f32) -> f32 {
  return B0 + u * (B1 + u * (B2 + u * (B3 + u * (B4 + u * (B5 + u * (B6 + u * B7))))));
}

fn difference_series(u: f32) -> f32 {
  return A1 - B1 + u * (A2 - B2 + u * (A3 - B3 + u * (A4 - B4 + u * (A5 - B5 + u * (A6 - B6 + u * (A7 - B7))))));
}

struct ArcCosine {
  kappa1: vec4f, // (sqrt(m^2 - sigma^2) + sigma (pi - theta)) / pi
  kappa0: vec4f, // (pi - theta) / pi
}

// sigma and m = lambda_x lambda_z at four elements. m = 0 (a black patch) gives kappa1 = 0 and no NaN; `snap`
// is SNAP, or anything above 1 where c = 1 is known to be exact.
fn arc_cosine(sigma: vec4f, m: vec4f, snap: f32) -> ArcCosine {
  let inverse = select(1.0 / m, vec4f(0.0), m < vec4f(TINY));
  let distance = (m - abs(sigma)) * inverse;
  let snapped = distance < vec4f(snap);
  let u = select(distance, vec4f(0.0), snapped);
  let r = sqrt(u);
  let a = A0 + u * (A1 + u * (A2 + u * (A3 + u * (A4 + u * (A5 + u * (A6 + u * A7))))));
  let b = B0 + u * (B1 + u * (B2 + u * (B3 + u * (B4 + u * (B5 + u * (B6 + u * B7))))));
  let angle = r * a;
  let kappa0 = select(1.0 - angle, angle, sigma < vec4f(0.0));
  // A snapped sigma is m: left as it is, the two would drift apart from layer to layer.
  return ArcCosine(select(sigma * kappa0 + m * (r * b), m * kappa0, snapped), kappa0);
}
