// As lib/quads.wgsl, with b in half precision: four numbers in two words.

alias LoadA = vec4f;
alias LoadB = vec2u;

fn fourOfA(at: u32) -> vec4f { return a[at / 4]; }

fn fourOfB(at: u32) -> vec4f {
  let words = b[at / 4];
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
