// The adjoint of softmax over each row of keys: out = A (g - Σ_k A g), times `slopes` where there are any. lanesPerRow lanes a row
// (query, column, head).

struct Params { rows: u32, columns: u32, heads: u32, tokens: u32, firstToken: u32, hasSlopes: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pattern: array<f32>; // A [head, query, key], all queries
@group(0) @binding(2) var<storage, read> g: array<f32>; // [query from firstToken, column, (head, key)]
@group(0) @binding(3) var<storage, read> slopes: array<f32>; // [head, query, key], or anything when hasSlopes is 0
@group(0) @binding(4) var<storage, read_write> pulled: array<f32>; // [query from firstToken, column, (head, key)]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn softmaxAdjoint(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = row * params.tokens;
  let query = params.firstToken + row / (params.columns * params.heads);
  let startA = (row % params.heads * params.tokens + query) * params.tokens;

  var total = 0.0;
  for (var key = own; key < params.tokens; key += lanesPerRow) { total += pattern[startA + key] * g[start + key]; }
  let mean = sumOverRow(total, lane);
  if (!inRange) { return; }
  for (var key = own; key < params.tokens; key += lanesPerRow) {
    let passed = select(1.0, slopes[min(startA + key, arrayLength(&slopes) - 1)], params.hasSlopes != 0);
    pulled[start + key] = pattern[startA + key] * (g[start + key] - mean) * passed;
  }
}
