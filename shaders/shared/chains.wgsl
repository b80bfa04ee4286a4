// What the shaders that measure ceilings start from: chains of dependent operations, different in every lane, chain and
// component, so that no compiler can share or fold them.

const LANES: u32 = 64;

fn chain_start(lane: u32, chain: u32) -> vec4f {
  return vec4f(1.0, 1.25, 1.5, 1.75) + f32(lane) / 64.0 + f32(chain) / 128.0;
}
