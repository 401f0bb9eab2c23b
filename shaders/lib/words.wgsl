// The numbers of a product's factors `a` and `b` (lib/blocks.wgsl), float32, read one by one: from anywhere.

alias LoadA = f32;
alias LoadB = f32;

/** Four neighbours. */
fn fourOfA(at: u32) -> vec4f { return vec4f(a[at], a[at + 1], a[at + 2], a[at + 3]); }
fn fourOfB(at: u32) -> vec4f { return vec4f(b[at], b[at + 1], b[at + 2], b[at + 3]); }

/** One from each place. */
fn eachOfA(at: vec4u) -> vec4f { return vec4f(a[at.x], a[at.y], a[at.z], a[at.w]); }
fn eachOfB(at: vec4u) -> vec4f { return vec4f(b[at.x], b[at.y], b[at.z], b[at.w]); }
