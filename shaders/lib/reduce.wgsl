// Sums and maxima over a workgroup, in a fixed order, so that the same input gives the same bits. Needs `override workgroupSize`, a power of
// two, and uniform control flow.

var<workgroup> partials: array<f32, workgroupSize>; // [lane]

fn sumOverWorkgroup(value: f32, lane: u32) -> f32 {
  partials[lane] = value;
  workgroupBarrier();
  for (var step = workgroupSize / 2; step > 0; step /= 2) {
    if (lane < step) { partials[lane] += partials[lane + step]; }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&partials[0]); // a barrier before and after: partials may be used again
}

fn maxOverWorkgroup(value: f32, lane: u32) -> f32 {
  partials[lane] = value;
  workgroupBarrier();
  for (var step = workgroupSize / 2; step > 0; step /= 2) {
    if (lane < step) { partials[lane] = max(partials[lane], partials[lane + step]); }
    workgroupBarrier();
  }
  return workgroupUniformLoad(&partials[0]);
}
