// The same as stored_fields.wgsl from textures, which stands in for it in `planes_sampled`: a software adapter that takes a load
// from a buffer apart, lane by lane, reads texels of all lanes at once.

@group(0) @binding(0) var x_fields: texture_2d<f32>;
@group(0) @binding(1) var z_fields: texture_2d<f32>;

const TEXELS: u32 = 2048; // of a row

fn field_of_x(at: u32) -> vec4f { return textureLoad(x_fields, vec2u(at % TEXELS, at / TEXELS), 0); }

fn field_of_z(at: u32) -> vec4f { return textureLoad(z_fields, vec2u(at % TEXELS, at / TEXELS), 0); }
