// As lib/words.wgsl, four numbers in one load: where every line of a and b starts at a multiple of four and is as long.

alias LoadA = vec4f;
alias LoadB = vec4f;

fn fourOfA(at: u32) -> vec4f { return a[at / 4]; }
fn fourOfB(at: u32) -> vec4f { return b[at / 4]; }
