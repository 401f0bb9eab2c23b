// Activation functions as φ(z) = φ(0) + m(z) z, with m in closed form, finite at 0. Codes as in kernels/activationCodes.ts.
// Needs sigmoid.wgsl.

const SQRT_HALF = 0.70710678118654752;
const SQRT_TWO_OVER_PI = 0.79788456080286536;

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

/** φ(0). */
fn activationAtZero(activation: u32) -> f32 {
  return select(0.0, 0.5, activation == 7); // sigmoid
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
    case 4u: { return sigmoid(1.702 * z); } // quick_gelu
    case 5u: { return max(z, 0); } // relu2
    case 6u: { return tanhRatio(z); } // tanh
    default: { return 0.25 * tanhRatio(0.5 * z); } // sigmoid: (φ(z) − ½) / z
  }
}
