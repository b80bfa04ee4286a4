// Fields of images as the plane kernel in subgroups reads them: from storage buffers.

@group(0) @binding(0) var<storage, read> x_fields: array<vec4f>;
@group(0) @binding(1) var<storage, read> z_fields: array<vec4f>;

fn field_of_x(at: u32) -> vec4f { return x_fields[at]; }

fn field_of_z(at: u32) -> vec4f { return z_fields[at]; }
