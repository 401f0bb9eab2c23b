// φ(z)/z of the activation functions in closed form (no division near z = 0, so nothing happens there). Codes as in kernels/activationCodes.ts.

const SQRT_HALF = 0.70710678118654752;
const SQRT_TWO_OVER_PI = 0.79788456080286536;

/** 1 / (1 + e^-x). The clamp keeps e^-x finite; beyond it the value is below 1e-37. */
fn sigmoid(x: f32) -> f32 {
  return 1 / (1 + exp(-max(x, -87)));
}

/** erf for |x| < 1: its Taylor series, 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1)); the first term left out is 1e-8. */
fn erfNearZero(x: f32) -> f32 {
  let s = x * x;
  var sum = -1.4503852e-7;
  sum = sum * s + 1.4589169e-6;
  sum = sum * s - 1.3227513e-5;
  sum = sum * s + 1.0683761e-4;
  sum = sum * s - 7.5757576e-4;
  sum = sum * s + 4.6296296e-3;
  sum = sum * s - 2.3809524e-2;
  sum = sum * s + 0.1;
  sum = sum * s - 0.33333333;
  sum = sum * s + 1;
  return 1.1283791671 * x * sum;
}

/** erfc for x >= 1, relative error 1.2e-7 before rounding: Chebyshev fit of Numerical Recipes (erfcc). Beyond 9 it is below 1e-36. */
fn erfcTail(x: f32) -> f32 {
  let bounded = min(x, 9);
  let t = 1 / (1 + 0.5 * bounded);
  var sum = 0.17087277;
  sum = sum * t - 0.82215223;
  sum = sum * t + 1.48851587;
  sum = sum * t - 1.13520398;
  sum = sum * t + 0.27886807;
  sum = sum * t - 0.18628806;
  sum = sum * t + 0.09678418;
  sum = sum * t + 0.37409196;
  sum = sum * t + 1.00002368;
  sum = sum * t - 1.26551223;
  return t * exp(sum - bounded * bounded);
}

/** Φ(z), the normal distribution: the small side is computed as such, so that the lower tail keeps its relative accuracy. */
fn normalDistribution(z: f32) -> f32 {
  let x = z * SQRT_HALF;
  if (abs(x) < 1) { return 0.5 + 0.5 * erfNearZero(x); }
  let tail = 0.5 * erfcTail(abs(x));
  return select(1 - tail, tail, x < 0);
}

/** tanh(z)/z. Near 0 its Taylor series, where the first term left out is 2e-8 of 1; beyond, from e^(2|z|), which the clamp keeps finite. */
fn tanhOverArgument(z: f32) -> f32 {
  let s = z * z;
  if (s < 0.36) {
    var sum = 5.9002744e-4;
    sum = sum * s - 1.4558344e-3;
    sum = sum * s + 3.5921280e-3;
    sum = sum * s - 8.8632355e-3;
    sum = sum * s + 2.1869489e-2;
    sum = sum * s - 5.3968254e-2;
    sum = sum * s + 0.13333333;
    sum = sum * s - 0.33333333;
    return sum * s + 1;
  }
  let size = abs(z);
  return (1 - 2 / (exp(2 * min(size, 20)) + 1)) / size;
}

fn activationMultiplierOf(z: f32, activation: u32) -> f32 {
  switch activation {
    case 0u: { return normalDistribution(z); } // gelu
    case 1u: { // gelu_new: (1 + tanh u) / 2 = sigmoid(2u), which cannot overflow; u is past saturation long before the clamp of z³
      let bounded = clamp(z, -1e4, 1e4);
      return sigmoid(2 * SQRT_TWO_OVER_PI * (bounded + 0.044715 * bounded * bounded * bounded));
    }
    case 2u: { return sigmoid(z); } // silu
    case 3u: { return select(0.0, 1.0, z > 0); } // relu
    default: { return tanhOverArgument(z); } // tanh
  }
}
