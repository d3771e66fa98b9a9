// Functions in WGSL that operations call. WGSL's compilers may treat NaN and infinities as if there were none, so these are told by their
// bits.

/** Each function, and those that it calls itself. */
const functions = {
  isNan: {
    calls: [],
    text: `fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}`,
  },
  // A float from bits in a variable, since WGSL refuses NaN and infinities among its constants.
  fromBits: {
    calls: [],
    text: `fn fromBits(own: u32) -> f32 {
  var bits = own;
  return bitcast<f32>(bits);
}`,
  },
  // An integer that is ordered as the float is, and back. -0 is below +0.
  key: {
    calls: [],
    text: `fn key(x: f32) -> i32 {
  let bits = bitcast<i32>(x);
  return bits ^ ((bits >> 31u) & 0x7fffffff);
}`,
  },
  fromKey: {
    calls: [],
    text: `fn fromKey(key: i32) -> f32 {
  return bitcast<f32>(key ^ ((key >> 31u) & 0x7fffffff));
}`,
  },
  // NaN has the largest key, or for the minimum the smallest; both are the bits of a NaN again.
  maximum: {
    calls: ["isNan", "key", "fromKey"],
    text: `fn maximum(a: f32, b: f32) -> f32 {
  return fromKey(select(max(key(a), key(b)), 0x7fffffff, isNan(a) || isNan(b)));
}`,
  },
  minimum: {
    calls: ["isNan", "key", "fromKey"],
    text: `fn minimum(a: f32, b: f32) -> f32 {
  return fromKey(select(min(key(a), key(b)), i32(-2147483648), isNan(a) || isNan(b)));
}`,
  },
  // b < a ? b : a, and a < b ? b : a: a if one is NaN.
  pmin: {
    calls: ["isNan"],
    text: `fn pmin(a: f32, b: f32) -> f32 {
  return select(select(a, b, b < a), a, isNan(a) || isNan(b));
}`,
  },
  pmax: {
    calls: ["isNan"],
    text: `fn pmax(a: f32, b: f32) -> f32 {
  return select(select(a, b, a < b), a, isNan(a) || isNan(b));
}`,
  },
  // Comparisons in which a number may be infinite.
  isBelow: {
    calls: ["isNan", "key"],
    text: `fn isBelow(a: f32, b: f32) -> bool {
  let zeros = ((bitcast<u32>(a) | bitcast<u32>(b)) << 1u) == 0u;
  return key(a) < key(b) && !zeros && !isNan(a) && !isNan(b);
}`,
  },
  // To an integer: truncated, and the nearest one if it is too large; 0 for NaN.
  truncated: {
    calls: ["isNan"],
    text: `fn truncated(x: f32) -> i32 {
  let low = select(i32(x), i32(-2147483648), x <= -2147483648.0);
  return select(select(low, 2147483647, x >= 2147483648.0), 0, isNan(x));
}`,
  },
  // base ** exponent modulo 2³²; with a negative exponent the power of ±1 is ±1, and that of any other base is 0.
  integerPower: {
    calls: [],
    text: `fn integerPower(base: i32, exponent: i32) -> i32 {
  if (exponent < 0 && base != 1 && base != -1) {
    return 0;
  }
  var result = 1;
  var square = base;
  for (var left = u32(abs(exponent)); left != 0u; left = left >> 1u) {
    if ((left & 1u) == 1u) {
      result = result * square;
    }
    square = square * square;
  }
  return result;
}`,
  },
} as const satisfies Record<string, { readonly calls: readonly string[]; readonly text: string }>;

export type FunctionName = keyof typeof functions;

export const isFunction = (name: string): name is FunctionName => Object.hasOwn(functions, name);

/** The text of some functions and of all that they call. */
export function functionsText(names: Iterable<FunctionName>): string[] {
  const all = new Set<FunctionName>();
  const visit = (name: FunctionName): void => {
    for (const callee of functions[name].calls) visit(callee);
    all.add(name);
  };
  for (const name of names) visit(name);
  return [...all].map((name) => functions[name].text);
}
