// The logistic function and tanh(x)/x, from exp alone: what WGSL calls tanh may overflow, and is not accurate near 0.

/** 1 / (1 + e^-x). The clamp keeps e^-x finite; beyond it the value is below 1e-37. */
fn sigmoid(x: f32) -> f32 {
  return 1 / (1 + exp(-max(x, -87)));
}

/** tanh(x) / x. Near 0 its Taylor series in x², where a rounded tanh would lose the quotient; the first term left out is 1e-8. */
fn tanhRatio(x: f32) -> f32 {
  if (abs(x) >= 0.5) { return (2 * sigmoid(2 * x) - 1) / x; }
  let s = x * x;
  var sum = -1.4558344e-3;
  sum = sum * s + 3.5921280e-3;
  sum = sum * s - 8.8632355e-3;
  sum = sum * s + 2.1869489e-2;
  sum = sum * s - 5.3968254e-2;
  sum = sum * s + 0.13333333;
  sum = sum * s - 0.33333333;
  return sum * s + 1;
}
