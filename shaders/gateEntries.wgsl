// What a gate h = φ(g) ⊙ u is frozen to: up = φ(g) = φ(0) + g m(g) and gate = m(g) ⊙ u, with m = (φ(g) − φ(0)) / g; and h. One thread
// an entry.

struct Params { elements: u32, activation: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>; // [token, channel]
@group(0) @binding(2) var<storage, read> u: array<f32>; // [token, channel]
@group(0) @binding(3) var<storage, read_write> up: array<f32>; // [token, channel]
@group(0) @binding(4) var<storage, read_write> gate: array<f32>; // [token, channel]
@group(0) @binding(5) var<storage, read_write> h: array<f32>; // [token, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn gateEntries(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let multiplier = activationMultiplierOf(g[at], params.activation);
  let activated = activationAtZero(params.activation) + g[at] * multiplier;
  up[at] = activated;
  gate[at] = multiplier * u[at];
  h[at] = activated * u[at];
}
