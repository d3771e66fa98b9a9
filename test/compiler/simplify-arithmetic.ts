// For each simplification rule, graphs before and after it, as short texts: semicolons separate lines, the inputs are those of
// simplify-cases.ts, and full(2) and full(2, int32) are constants. Where a rule must not apply, both texts are the same.
import type { Cases } from "./simplify-cases.ts";

export const arithmetic: Cases = {
  "a constant is rounded to its dtype": [
    ["%k = full(0.1); return %k", "%8 = full(0.10000000149011612); return %8"],
    ["%k = full(300, uint8); return %k", "%8 = full(44, uint8); return %8"],
  ],
  "an op without elements is a constant": [
    [
      "%n = slice %x {starts: [0, 0], sizes: [0, 3], steps: [1, 1]}; %e = exp %n; return %e",
      '%8 = full {shape: [0, 3], dtype: "float32", value: 0}; return %8',
    ],
  ],
  "an elementwise op of constants is a constant": [
    ["%k = full(3); %l = full(0.1); %m = mul %k, %l; return %m", "%8 = full(0.30000001192092896); return %8"],
    ['%k = full(-1.5); %m = cast %k {dtype: "uint8"}; return %m', "%8 = full(255, uint8); return %8"],
  ],
  "a movement of a constant is a constant": [
    [
      "%k = full(3); %l = permute %k {dims: [1, 0]}; %m = concat %l, %l {dim: 0}; return %m",
      '%8 = full {shape: [6, 2], dtype: "float32", value: 3}; return %8',
    ],
  ],
  "padding a constant with its own value is a constant": [
    [
      "%k = full(3); %l = pad %k {widths: [{before: 1, after: 0, between: 0}, {before: 0, after: 0, between: 1}], value: 3}; return %l",
      '%8 = full {shape: [3, 5], dtype: "float32", value: 3}; return %8',
    ],
  ],
  "a sum of a constant is a constant": [
    [
      "%k = full(0.1); %l = sum %k {dims: [0, 1]}; return %l",
      '%8 = full {shape: [1, 1], dtype: "float32", value: 0.6000000238418579}; return %8',
    ],
  ],
  "the maximum of a constant is its value": [
    [
      "%k = full(3); %l = max %k {dims: [0, 1]}; return %l",
      '%8 = full {shape: [1, 1], dtype: "float32", value: 3}; return %8',
    ],
  ],
  "the argmax of a constant is 0": [
    [
      "%k = full(3); %l = argmax %k {dim: 1}; return %l",
      '%8 = full {shape: [2, 1], dtype: "int32", value: 0}; return %8',
    ],
  ],
  "a matmul over an empty dim is 0": [
    [
      "%a = slice %x {starts: [0, 0], sizes: [2, 0], steps: [1, 1]}; %b = slice %x {starts: [0, 0], sizes: [0, 3], steps: [1, 1]}; %p = matmul %a, %b; return %p",
      "%8 = full(0); return %8",
    ],
  ],
  "a constant operand stands second": [
    ["%k = full(3); %r = add %k, %x; return %r", "%8 = full(3); %9 = add %x, %8; return %9"],
  ],
  "x + -0 is x": [
    ["%k = full(-0); %r = add %x, %k; return %r", "return %x"],
    ["%k = full(0); %r = add %x, %k; return %r", "%8 = full(0); %9 = add %x, %8; return %9"],
    ["%k = full(0, int32); %r = add %i, %k; return %r", "return %i"],
  ],
  "x + 0 is x where x is never -0": [
    ["%k = full(0); %s = mul %x, %x; %r = add %s, %k; return %r", "%8 = mul %x, %x; return %8"],
  ],
  "x + -y is x - y": [
    ["%n = neg %y; %r = add %x, %n; return %r", "%8 = sub %x, %y; return %8"],
    ["%n = neg %y; %r = add %n, %x; return %r", "%8 = sub %x, %y; return %8"],
  ],
  "x - 0 is x": [
    ["%k = full(0); %r = sub %x, %k; return %r", "return %x"],
    ["%k = full(-0); %r = sub %x, %k; return %r", "%8 = full(-0); %9 = sub %x, %8; return %9"],
  ],
  "-0 - x is -x": [
    ["%k = full(-0); %r = sub %k, %x; return %r", "%8 = neg %x; return %8"],
    ["%k = full(0); %r = sub %k, %x; return %r", "%8 = full(0); %9 = sub %8, %x; return %9"],
    ["%k = full(0, int32); %r = sub %k, %i; return %r", "%8 = neg %i; return %8"],
  ],
  "x - -y is x + y": [["%n = neg %y; %r = sub %x, %n; return %r", "%8 = add %x, %y; return %8"]],
  "x - x is 0 for integers": [
    ["%r = sub %i, %i; return %r", "%8 = full(0, int32); return %8"],
    ["%r = sub %x, %x; return %r", "%8 = sub %x, %x; return %8"],
  ],
  "x · 1 is x": [
    ["%k = full(1); %r = mul %k, %x; return %r", "return %x"],
    ["%k = full(1, bool); %r = mul %c, %k; return %r", "return %c"],
  ],
  "x · -1 is -x": [["%k = full(-1); %r = mul %x, %k; return %r", "%8 = neg %x; return %8"]],
  "x · 0 is 0 for integers": [
    ["%k = full(0, int32); %r = mul %i, %k; return %r", "%8 = full(0, int32); return %8"],
    ["%k = full(0); %r = mul %x, %k; return %r", "%8 = full(0); %9 = mul %x, %8; return %9"],
  ],
  "-x · c is x · -c": [
    [
      "%k = full(3, uint8); %n = neg %u; %r = mul %n, %k; return %r",
      "%8 = full(253, uint8); %9 = mul %u, %8; return %9",
    ],
  ],
  "-x · -y is x · y": [["%n = neg %x; %m = neg %y; %r = mul %n, %m; return %r", "%8 = mul %x, %y; return %8"]],
  "-(x · c) is x · -c": [
    ["%k = full(3); %n = mul %x, %k; %r = neg %n; return %r", "%8 = full(-3); %9 = mul %x, %8; return %9"],
    [
      "%k = full(3); %n = mul %x, %k; %r = neg %n; return %r, %n",
      "%8 = full(3); %9 = mul %x, %8; %10 = neg %9; return %10, %9",
    ],
  ],
  "x / 1 is x": [["%k = full(1); %r = div %x, %k; return %r", "return %x"]],
  "x / 2ᵏ is x · 2⁻ᵏ": [
    ["%k = full(-64); %r = div %x, %k; return %r", "%8 = full(-0.015625); %9 = mul %x, %8; return %9"],
    ["%k = full(3); %r = div %x, %k; return %r", "%8 = full(3); %9 = div %x, %8; return %9"],
    ["%k = full(0); %r = div %x, %k; return %r", "%8 = full(0); %9 = div %x, %8; return %9"],
  ],
  "x⁰ is 1, x¹ is x": [
    ["%k = full(0); %l = full(1); %r = pow %x, %k; %s = pow %x, %l; return %r, %s", "%8 = full(1); return %8, %x"],
  ],
  "x² is x · x": [
    ["%k = full(2); %r = pow %x, %k; return %r", "%8 = mul %x, %x; return %8"],
    ["%k = full(2, float64); %r = pow %z, %k; return %r", "%8 = full(2, float64); %9 = pow %z, %8; return %9"],
  ],
  "-(-x) is x": [["%n = neg %x; %m = neg %n; return %m", "return %x"]],
  "|x| is x where x is never negative": [
    ["%n = abs %x; %m = abs %n; %v = abs %u; return %m, %v", "%8 = abs %x; return %8, %u"],
  ],
  "|-x| is |x|": [["%n = neg %x; %m = abs %n; return %m", "%8 = abs %x; return %8"]],
  "the maximum and minimum of x and x are x": [["%n = maximum %x, %x; return %n", "return %x"]],
  "max(x, -∞) and min(x, ∞) are x": [
    ["%k = full(-inf); %n = maximum %x, %k; return %n", "return %x"],
    ["%k = full(-inf); %n = minimum %x, %k; return %n", "%8 = full(-inf); %9 = minimum %x, %8; return %9"],
  ],
  "where with a constant condition is one of its branches": [
    ["%k = full(0, bool); %n = where %k, %x, %y; return %n", "return %y"],
  ],
  "where with equal branches is that branch": [["%n = where %c, %x, %x; return %n", "return %x"]],
  "where with a negated condition swaps its branches": [
    ["%k = full(0, bool); %d = eq %c, %k; %n = where %d, %x, %y; return %n", "%8 = where %c, %y, %x; return %8"],
  ],
  "x limited by a constant other than 0 is a minimum or a maximum": [
    ["%k = full(6); %d = le %k, %x; %r = where %d, %k, %x; return %r", "%8 = full(6); %9 = minimum %x, %8; return %9"],
    [
      "%k = full(-2); %d = lt %x, %k; %r = where %d, %k, %x; return %r",
      "%8 = full(-2); %9 = maximum %x, %8; return %9",
    ],
  ],
  "a where inside a where with the same condition is one of its branches": [
    [
      "%k = exp %x; %a = where %c, %x, %y; %b = where %c, %y, %k; %r = where %c, %a, %b; return %r",
      "%8 = exp %x; %9 = where %c, %x, %8; return %9",
    ],
  ],
  "true where c, else false, is c": [
    [
      "%t = full(1, bool); %f = full(0, bool); %a = where %c, %t, %f; %b = where %c, %f, %t; return %a, %b",
      "%8 = full(0, bool); %9 = eq %c, %8; return %c, %9",
    ],
  ],
  "c = true is c": [["%t = full(1, bool); %r = eq %t, %c; return %r", "return %c"]],
  "a negation of a negation is the condition": [
    ["%f = full(0, bool); %n = eq %c, %f; %r = eq %n, %f; return %r", "return %c"],
  ],
  "a negated a < b is b ≤ a for integers": [
    ["%f = full(0, bool); %n = lt %i, %j; %r = eq %n, %f; return %r", "%8 = le %j, %i; return %8"],
    [
      "%f = full(0, bool); %n = lt %x, %y; %r = eq %n, %f; return %r",
      "%8 = lt %x, %y; %9 = full(0, bool); %10 = eq %8, %9; return %10",
    ],
  ],
  "an op of a where between constants is a where between constants": [
    [
      '%k = full(-2); %n = cast %c {dtype: "float32"}; %r = mul %n, %k; return %r',
      "%8 = full(-2); %9 = full(-0); %10 = where %c, %8, %9; return %10",
    ],
    [
      "%k = full(2); %l = full(3); %m = where %c, %k, %l; %r = neg %m; return %r",
      "%8 = full(-2); %9 = full(-3); %10 = where %c, %8, %9; return %10",
    ],
    [
      '%k = full(0, int32); %n = cast %c {dtype: "int32"}; %r = eq %n, %k; return %r',
      "%8 = full(0, bool); %9 = eq %c, %8; return %9",
    ],
    ['%k = full(2); %n = cast %c {dtype: "float32"}; %r = eq %n, %k; return %r', "%8 = full(0, bool); return %8"],
  ],
  "x < x is false": [["%r = lt %x, %x; return %r", "%8 = full(0, bool); return %8"]],
  "x = x and x ≤ x are true for integers": [
    ["%r = eq %i, %i; return %r", "%8 = full(1, bool); return %8"],
    ["%r = eq %x, %x; return %r", "%8 = eq %x, %x; return %8"],
  ],
  "true and c, false or c, is c": [
    [
      "%t = full(1, bool); %a = maximum %c, %t; %b = minimum %c, %t; return %a, %b",
      "%8 = full(1, bool); return %8, %c",
    ],
  ],
  "a cast to the same dtype is its input": [['%r = cast %x {dtype: "float32"}; return %r', "return %x"]],
  "a cast of a cast is one cast if the first is exact": [
    ['%a = cast %c {dtype: "float32"}; %r = cast %a {dtype: "bool"}; return %r', "return %c"],
    [
      '%a = cast %x {dtype: "float64"}; %r = cast %a {dtype: "int32"}; return %r',
      '%8 = cast %x {dtype: "int32"}; return %8',
    ],
    [
      '%a = cast %i {dtype: "float32"}; %r = cast %a {dtype: "float64"}; return %r',
      '%8 = cast %i {dtype: "float32"}; %9 = cast %8 {dtype: "float64"}; return %9',
    ],
  ],
};
