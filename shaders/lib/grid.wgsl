// One index over a grid that the host folds into two dimensions (gridFor): a dispatch has at most 65,535 workgroups in each.

fn linearGroup(group: vec3u, groups: vec3u) -> u32 {
  return group.y * groups.x + group.x;
}
