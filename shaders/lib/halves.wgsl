// As lib/words.wgsl, with b in half precision, two numbers in a word, the first in the lower half.

alias LoadA = f32;
alias LoadB = u32;

fn fourOfA(at: u32) -> vec4f { return vec4f(a[at], a[at + 1], a[at + 2], a[at + 3]); }
fn fourOfB(at: u32) -> vec4f { return vec4f(halfAt(at), halfAt(at + 1), halfAt(at + 2), halfAt(at + 3)); }

fn halfAt(at: u32) -> f32 { return unpack2x16float(b[at / 2] >> (at % 2 * 16)).x; }
