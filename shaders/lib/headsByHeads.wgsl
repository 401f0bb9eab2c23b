// The factors of a product of what stands at queries, a [row, (head, dHead)], with what stands at keys, b [key, (kvHead, dHead)], head by head. The
// shader says rowCount() and has `tokens` keys, `heads`, `kvHeads` and `dHead` in its params. Needs lib/blocks.wgsl.

var<private> head: u32;

fn rowsLieAlongK() -> bool { return true; }
fn columnsLieAlongK() -> bool { return true; }

/** Where four rows start. */
fn placeA(row: u32) -> vec4u {
  return (min(row + vec4u(0, 1, 2, 3), vec4u(rowCount() - 1)) * params.heads + head) * params.dHead;
}

/** Where four keys start. */
fn placeB(key: u32) -> vec4u {
  let kvHead = head / (params.heads / params.kvHeads);
  return (min(key + vec4u(0, 1, 2, 3), vec4u(params.tokens - 1)) * params.kvHeads + kvHead) * params.dHead;
}

fn blockA(starts: vec4u, c: u32) -> mat4x4f { return alongA(starts, c); }
fn blockB(starts: vec4u, c: u32) -> mat4x4f { return alongB(starts, c); }
