// Rows shared by `lanesPerRow` lanes of a workgroup, a power of two up to workgroupSize; sums and maxima in a fixed order, so that the same input
// gives the same bits. A lane past the last row works on the last one and stores nothing: barriers need all lanes. Needs lib/grid.wgsl.

override lanesPerRow: u32;

var<workgroup> partials: array<f32, workgroupSize>; // [lane]

/** The row of a lane; may lie past the last. */
fn rowOf(group: vec3u, groups: vec3u, lane: u32) -> u32 {
  return linearGroup(group, groups) * (workgroupSize / lanesPerRow) + lane / lanesPerRow;
}

fn sumOverRow(value: f32, lane: u32) -> f32 {
  if (lanesPerRow == 1) { return value; }
  partials[lane] = value;
  workgroupBarrier();
  for (var step = lanesPerRow / 2; step > 0; step /= 2) {
    if (lane % lanesPerRow < step) { partials[lane] += partials[lane + step]; }
    workgroupBarrier();
  }
  let sum = partials[lane / lanesPerRow * lanesPerRow];
  workgroupBarrier(); // partials may be used again
  return sum;
}

fn maxOverRow(value: f32, lane: u32) -> f32 {
  if (lanesPerRow == 1) { return value; }
  partials[lane] = value;
  workgroupBarrier();
  for (var step = lanesPerRow / 2; step > 0; step /= 2) {
    if (lane % lanesPerRow < step) { partials[lane] = max(partials[lane], partials[lane + step]); }
    workgroupBarrier();
  }
  let peak = partials[lane / lanesPerRow * lanesPerRow];
  workgroupBarrier(); // partials may be used again
  return peak;
}
