// Softmax over each row, in place: pattern[r, j] = e^(x_rj - max_j x_rj) / Σ_j …; causal: over keys j <= query only, with a window (not 0)
// only j > query - window; exact zeros elsewhere. lanesPerRow lanes a row. The peak starts from the row's first entry that is not masked:
// very negative rows stay right.

struct Params { rows: u32, tokens: u32, causal: u32, window: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> pattern: array<f32>; // [head, query, key]: scores before, weights after

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn softmaxRows(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = row * params.tokens;
  let length = select(params.tokens, row % params.tokens + 1, params.causal != 0);
  let window = select(params.window, length, params.window == 0 || params.causal == 0);
  let first = length - min(window, length);

  var peak = pattern[start + first];
  for (var key = first + own; key < length; key += lanesPerRow) { peak = max(peak, pattern[start + key]); }
  peak = maxOverRow(peak, lane);

  var sum = 0.0;
  for (var key = first + own; key < length; key += lanesPerRow) {
    let weight = exp(pattern[start + key] - peak);
    if (inRange) { pattern[start + key] = weight; }
    sum += weight;
  }
  let scale = 1 / sumOverRow(sum, lane);
  if (!inRange) { return; }
  for (var key = own; key < params.tokens; key += lanesPerRow) {
    pattern[start + key] = select(0.0, pattern[start + key] * scale, key >= first && key < length);
  }
}
