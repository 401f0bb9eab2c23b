// The gradient of a norm, its scale included: with r = 1/σ and n = C(x) r
//   out = r (C(gain ⊙ g) - share n mean_c(gain ⊙ g ⊙ n))        C subtracts the mean (layer) or nothing (rms)
// over stretches of `width` channels, `stretches` of them a row. lanesPerRow lanes a stretch.

struct Params { rows: u32, columns: u32, stretches: u32, width: u32, firstToken: u32, subtractMean: u32, eps: f32, share: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>; // [token, column, (stretch, width)]
@group(0) @binding(2) var<storage, read> x: array<f32>; // [token, (stretch, width)], all tokens
@group(0) @binding(3) var<storage, read> gain: array<f32>; // [width]
@group(0) @binding(4) var<storage, read_write> pulled: array<f32>; // [token, column, (stretch, width)]

override workgroupSize: u32;

@compute @workgroup_size(workgroupSize)
fn normGradient(lane: Lane) {
  let inRange = rowOf(lane) < params.rows;
  let row = min(rowOf(lane), params.rows - 1);
  let own = placeInRow(lane);
  let start = row * params.width;
  let token = params.firstToken + row / (params.columns * params.stretches);
  let startX = (token * params.stretches + row % params.stretches) * params.width;
  let count = f32(params.width);

  var meanX = 0.0; // means in two parts: after the first, what is left is small, and so are its rounding errors
  var restX = 0.0;
  var meanG = 0.0;
  var restG = 0.0;
  if (params.subtractMean != 0) {
    var totalX = 0.0;
    var totalG = 0.0;
    for (var c = own; c < params.width; c += lanesPerRow) { totalX += x[startX + c]; totalG += gain[c] * g[start + c]; }
    meanX = sumOverRow(totalX, lane) / count;
    meanG = sumOverRow(totalG, lane) / count;
    totalX = 0;
    totalG = 0;
    for (var c = own; c < params.width; c += lanesPerRow) {
      totalX += x[startX + c] - meanX;
      totalG += gain[c] * g[start + c] - meanG;
    }
    restX = sumOverRow(totalX, lane) / count;
    restG = sumOverRow(totalG, lane) / count;
  }
  var squares = 0.0;
  var products = 0.0;
  for (var c = own; c < params.width; c += lanesPerRow) {
    let centred = (x[startX + c] - meanX) - restX;
    squares += centred * centred;
    products += gain[c] * g[start + c] * centred;
  }
  let scale = 1 / sqrt(sumOverRow(squares, lane) / count + params.eps);
  let along = params.share * scale * scale * (sumOverRow(products, lane) / count);
  if (!inRange) { return; }
  for (var c = own; c < params.width; c += lanesPerRow) {
    let centred = (x[startX + c] - meanX) - restX;
    pulled[start + c] = scale * (((gain[c] * g[start + c] - meanG) - restG) - centred * along);
  }
}
