// Contributions before any op: sources[i, s, c] = x[i, c] where token i is source firstSource + s, else 0. One thread an entry.

struct Params { elements: u32, columns: u32, staggered: u32, channels: u32, firstToken: u32, firstSource: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, channel], all tokens
@group(0) @binding(2) var<storage, read_write> sources: array<f32>; // [token from firstToken, column, channel]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn diagonalSources(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let row = at / params.channels;
  let inWindow = tokenOfRow(row, params.columns, params.staggered);
  let token = params.firstToken + inWindow;
  let column = row - rowsBefore(inWindow, params.columns, params.staggered);
  sources[at] = 0;
  if (token == params.firstSource + column) { sources[at] = x[token * params.channels + at % params.channels]; }
}
