// slopes[token, channel] = φ'(z) in closed form. One thread an entry. Needs lib/activations.wgsl and lib/sigmoid.wgsl.

struct Params { elements: u32, activation: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<f32>; // [token, channel]
@group(0) @binding(2) var<storage, read_write> slopes: array<f32>; // [token, channel]

override workgroupSize: u32;

/** The slope of z sigmoid(v), where v has the slope `inner`. Past |z| = 100 the bell is 0 in every case, and z inner may be large. */
fn gatedSlope(z: f32, v: f32, inner: f32) -> f32 {
  let bell = sigmoid(v) * sigmoid(-v);
  return sigmoid(v) + select(z * inner * bell, 0.0, abs(z) > 100);
}

fn activationSlopeOf(z: f32, activation: u32) -> f32 {
  switch activation {
    case 0u: { return normalDistribution(z) + z * 0.3989422804 * exp(-0.5 * min(z * z, 170.0)); } // gelu
    case 1u: { // gelu_new
      let b = clamp(z, -100, 100);
      let v = 2 * SQRT_TWO_OVER_PI * (b + 0.044715 * b * b * b);
      return gatedSlope(z, v, 2 * SQRT_TWO_OVER_PI * (1 + 0.134145 * b * b));
    }
    case 2u: { return gatedSlope(z, z, 1.0); } // silu
    case 3u: { return select(0.0, 1.0, z > 0); } // relu
    case 4u: { return gatedSlope(z, 1.702 * z, 1.702); } // quick_gelu
    case 5u: { return 2 * max(z, 0); } // relu2
    case 6u: { return 4 * sigmoid(2 * z) * sigmoid(-2 * z); } // tanh
    default: { return sigmoid(z) * sigmoid(-z); } // sigmoid
  }
}

@compute @workgroup_size(workgroupSize)
fn activationSlope(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = linearGroup(group, groups) * workgroupSize + lane;
  if (at >= params.elements) { return; }
  slopes[at] = activationSlopeOf(z[at], params.activation);
}
