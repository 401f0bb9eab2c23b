// RMS norm of every head's channels by themselves: y = gain ⊙ x / sqrt(mean_c x² + eps). lanesPerRow lanes a row (token, head).

struct Params { rows: u32, dHead: u32, eps: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>; // [token, (head, dHead)]
@group(0) @binding(2) var<storage, read> gain: array<f32>; // [dHead]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [token, (head, dHead)]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn headNorm(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = row * params.dHead;

  var squares = 0.0;
  for (var c = own; c < params.dHead; c += lanesPerRow) { squares += x[start + c] * x[start + c]; }
  let scale = 1 / sqrt(sumOverRow(squares, lane) / f32(params.dHead) + params.eps);
  if (!inRange) { return; }
  for (var c = own; c < params.dHead; c += lanesPerRow) { y[start + c] = gain[c] * x[start + c] * scale; }
}
