// sum = x + y, where each is a window of the tokens and zero outside; the sum covers both. One thread an entry.

struct Params { elements: u32, tokenSize: u32, firstToken: u32, firstX: u32, tokensX: u32, firstY: u32, tokensY: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token from firstX, (column, channel)]
@group(0) @binding(2) var<storage, read> y: array<f32>; // [token from firstY, (column, channel)]
@group(0) @binding(3) var<storage, read_write> sum: array<f32>; // [token from firstToken, (column, channel)]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn addSignals(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  let token = params.firstToken + at / params.tokenSize;
  let entry = at % params.tokenSize;
  // A token before the window wraps to a huge number, so one comparison is enough.
  let inX = token - params.firstX;
  let inY = token - params.firstY;
  var total = 0.0;
  if (inX < params.tokensX) { total += x[inX * params.tokenSize + entry]; }
  if (inY < params.tokensY) { total += y[inY * params.tokenSize + entry]; }
  sum[at] = total;
}
