// Rows shared by `lanesPerRow` lanes of a workgroup, a power of two up to workgroupSize; sums and maxima in a fixed order, so that the same input
// gives the same bits. A lane past the last row works on the last one and stores nothing: barriers need all lanes. Needs lib/grid.wgsl.
// lib/rowsBySubgroups.wgsl does the same without workgroup memory.

override lanesPerRow: u32;

struct Lane {
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
}

var<workgroup> partials: array<f32, workgroupSize>; // [lane]

/** The row of a lane; may lie past the last. */
fn rowOf(lane: Lane) -> u32 {
  return linearGroup(lane.group, lane.groups) * (workgroupSize / lanesPerRow) + lane.index / lanesPerRow;
}

/** Which of its row's lanes it is. */
fn placeInRow(lane: Lane) -> u32 { return lane.index % lanesPerRow; }

fn sumOverRow(value: f32, lane: Lane) -> f32 {
  if (lanesPerRow == 1) { return value; }
  partials[lane.index] = value;
  workgroupBarrier();
  for (var step = lanesPerRow / 2; step > 0; step /= 2) {
    if (placeInRow(lane) < step) { partials[lane.index] += partials[lane.index + step]; }
    workgroupBarrier();
  }
  let sum = partials[lane.index / lanesPerRow * lanesPerRow];
  workgroupBarrier(); // partials may be used again
  return sum;
}

fn maxOverRow(value: f32, lane: Lane) -> f32 {
  if (lanesPerRow == 1) { return value; }
  partials[lane.index] = value;
  workgroupBarrier();
  for (var step = lanesPerRow / 2; step > 0; step /= 2) {
    if (placeInRow(lane) < step) { partials[lane.index] = max(partials[lane.index], partials[lane.index + step]); }
    workgroupBarrier();
  }
  let peak = partials[lane.index / lanesPerRow * lanesPerRow];
  workgroupBarrier(); // partials may be used again
  return peak;
}
