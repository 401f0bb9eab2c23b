// Softmax over the keys that each query sees: weights = e^(s_j - max s) / Σ e^…, s = scale · product, with a soft cap c (not 0) c tanh(s / c), with
// slopes + slope_h (j - i). Seen are keys j <= query, with a window (not 0) only j > query - window; exact zeros elsewhere. lanesPerRow lanes a row
// (query, head). Needs lib/sigmoid.wgsl.

struct Params { rows: u32, heads: u32, keys: u32, firstToken: u32, window: u32, scale: f32, softCap: f32, hasSlopes: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> products: array<f32>; // [query from firstToken, (head, key)]
@group(0) @binding(2) var<storage, read> slopes: array<f32>; // [head], or anything when hasSlopes is 0
@group(0) @binding(3) var<storage, read_write> weights: array<f32>; // [query from firstToken, (head, key)]

override workgroupSize: u32;

fn scoreOf(product: f32, slope: f32, distance: f32) -> f32 {
  let score = params.scale * product;
  var kept = score;
  if (params.softCap != 0) { kept = score * tanhRatio(score / params.softCap); }
  return kept - slope * distance;
}

@compute @workgroup_size(workgroupSize)
fn weighKeys(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = row * params.keys;
  let query = params.firstToken + row / params.heads;
  let end = query + 1;
  let first = end - min(select(params.window, end, params.window == 0), end);
  let slope = select(0.0, slopes[min(row % params.heads, arrayLength(&slopes) - 1)], params.hasSlopes != 0);

  var peak = scoreOf(products[start + first], slope, f32(query - first));
  for (var key = first + own; key < end; key += lanesPerRow) {
    peak = max(peak, scoreOf(products[start + key], slope, f32(query - key)));
  }
  peak = maxOverRow(peak, lane);

  var sum = 0.0;
  for (var key = first + own; key < end; key += lanesPerRow) {
    sum += exp(scoreOf(products[start + key], slope, f32(query - key)) - peak);
  }
  let total = sumOverRow(sum, lane);
  if (!inRange) { return; }
  for (var key = own; key < params.keys; key += lanesPerRow) {
    let seen = key >= first && key < end;
    let at = start + min(key, query);
    let weight = exp(scoreOf(products[at], slope, f32(query - min(key, query))) - peak) / total;
    weights[start + key] = select(0.0, weight, seen);
  }
}
