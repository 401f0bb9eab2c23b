// multiplier[token, channel] = (φ(z) − φ(0)) / z in closed form (lib/activations.wgsl), and φ(z). One thread an entry.

struct Params { elements: u32, activation: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>; // [token, channel]
@group(0) @binding(2) var<storage, read_write> multiplier: array<f32>; // [token, channel]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [token, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn activateEntries(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let frozen = activationMultiplierOf(z[at], params.activation);
  multiplier[at] = frozen;
  y[at] = activationAtZero(params.activation) + frozen * z[at];
}
