// y[token, column, channel] = factor · coefficients[token, channel] · x[token, column, channel]. One thread an entry.

struct Params { elements: u32, columns: u32, channels: u32, firstToken: u32, factor: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, column, channel]
@group(0) @binding(2) var<storage, read> coefficients: array<f32>; // [token, channel], all tokens
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [token, column, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn multiplyFrozen(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let token = params.firstToken + at / (params.columns * params.channels);
  y[at] = params.factor * coefficients[token * params.channels + at % params.channels] * x[at];
}
