// As lib/rows.wgsl, with rows shared by lanes of one subgroup: `lanesPerRow` is a power of two up to the smallest size that the device's subgroups
// have. Nothing says which threads of a workgroup are a subgroup, so a lane is counted by its subgroup and its place there; subgroups are full.
// Each step adds the same pairs in all lanes of a row, in the order of lib/rows.wgsl: the sum is the same in all, and for every size of subgroups.

override lanesPerRow: u32;

struct Lane {
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) place: u32,
}

/** The row of a lane; may lie past the last. */
fn rowOf(lane: Lane) -> u32 {
  let index = lane.subgroup * lane.size + lane.place;
  return linearGroup(lane.group, lane.groups) * (workgroupSize / lanesPerRow) + index / lanesPerRow;
}

/** Which of its row's lanes it is. */
fn placeInRow(lane: Lane) -> u32 { return lane.place % lanesPerRow; }

fn sumOverRow(value: f32, lane: Lane) -> f32 {
  var sum = value;
  for (var step = lanesPerRow / 2; step > 0; step /= 2) { sum += subgroupShuffleXor(sum, step); }
  return sum;
}

fn maxOverRow(value: f32, lane: Lane) -> f32 {
  var peak = value;
  for (var step = lanesPerRow / 2; step > 0; step /= 2) { peak = max(peak, subgroupShuffleXor(peak, step)); }
  return peak;
}
