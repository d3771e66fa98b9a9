// The same as simplify-arithmetic.ts, for the rules about movement ops, reductions and indexing.
import type { Cases } from "./simplify-cases.ts";

export const movement: Cases = {
  "a movement that changes nothing is its input": [
    [
      "%a = reshape %x {shape: [2, 3]}; %b = permute %a {dims: [0, 1]}; %d = slice %b {starts: [0, 0], sizes: [2, 3], steps: [1, 1]}; %e = expand %d {shape: [2, 3]}; %f = flip %e {dims: []}; return %f",
      "return %x",
    ],
  ],
  "a reshape of a reshape is one reshape": [
    [
      "%a = reshape %x {shape: [6]}; %b = reshape %a {shape: [3, 2]}; return %b",
      "%8 = reshape %x {shape: [3, 2]}; return %8",
    ],
    ["%a = reshape %x {shape: [6]}; %b = reshape %a {shape: [2, 3]}; return %b", "return %x"],
  ],
  "an expand of an expand is one expand": [
    [
      "%a = max %x {dims: [0]}; %b = expand %a {shape: [2, 1, 3]}; %d = expand %b {shape: [2, 4, 3]}; return %d",
      "%8 = max %x {dims: [0]}; %9 = expand %8 {shape: [2, 4, 3]}; return %9",
    ],
  ],
  "an expand that only adds sizes of 1 is a reshape": [
    ["%a = expand %x {shape: [1, 2, 3]}; return %a", "%8 = reshape %x {shape: [1, 2, 3]}; return %8"],
  ],
  "a permute of a permute is one permute": [
    [
      "%a = permute %w {dims: [1, 2, 3, 0]}; %b = permute %a {dims: [1, 0, 3, 2]}; return %b",
      "%8 = permute %w {dims: [2, 1, 0, 3]}; return %8",
    ],
  ],
  "a permute that only moves sizes of 1 is a reshape": [
    ["%a = permute %w {dims: [0, 2, 1, 3]}; return %a", "%8 = reshape %w {shape: [2, 4, 1, 4]}; return %8"],
  ],
  "a slice of a slice is one slice": [
    [
      "%a = slice %w {starts: [1, 0, 0, 0], sizes: [1, 1, 2, 4], steps: [1, 1, 3, 1]}; %b = slice %a {starts: [0, 0, 1, 0], sizes: [1, 1, 1, 2], steps: [1, 1, 2, 2]}; return %b",
      "%8 = slice %w {starts: [1, 0, 3, 0], sizes: [1, 1, 1, 2], steps: [1, 1, 6, 2]}; return %8",
    ],
  ],
  "a flip of a flip is one flip": [
    ["%a = flip %x {dims: [0]}; %b = flip %a {dims: [1, 0]}; return %b", "%8 = flip %x {dims: [1]}; return %8"],
  ],
  "a flip leaves out dims of size 1": [
    ["%a = flip %w {dims: [1, 2]}; return %a", "%8 = flip %w {dims: [2]}; return %8"],
  ],
  "a concat leaves out empty inputs": [
    [
      "%a = slice %x {starts: [0, 0], sizes: [0, 3], steps: [1, 1]}; %b = concat %a, %x {dim: 0}; return %b",
      "return %x",
    ],
  ],
  "a fold of windows that do not overlap is a permute, reshape and pad": [
    [
      "%a = fold %w {dim: 0, step: 4, length: 8}; return %a",
      '%8 = permute %w {dims: [0, 3, 1, 2]}; %9 = reshape %8 {shape: [8, 1, 4]}; %10 = full {shape: [8, 1, 4], dtype: "float32", value: 0}; %11 = add %9, %10; return %11',
    ],
    [
      "%a = reshape %i {shape: [1, 2, 3]}; %b = fold %a {dim: 1, step: 3, length: 7}; return %b",
      "%8 = reshape %i {shape: [1, 6]}; %9 = pad %8 {widths: [{before: 0, after: 0, between: 0}, {before: 0, after: 1, between: 0}], value: 0}; return %9",
    ],
    [
      "%a = reshape %i {shape: [1, 2, 3]}; %b = fold %a {dim: 1, step: 2, length: 5}; return %b",
      "%a = reshape %i {shape: [1, 2, 3]}; %b = fold %a {dim: 1, step: 2, length: 5}; return %b",
    ],
  ],
  "a sum of arrays with zeros around them, at places one after another, is their concat": [
    [
      "%a = pad %x {widths: [{before: 0, after: 2, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %b = pad %y {widths: [{before: 2, after: 0, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %d = add %b, %a; return %d",
      '%8 = concat %x, %y {dim: 0}; %9 = full {shape: [4, 3], dtype: "float32", value: 0}; %10 = add %8, %9; return %10',
    ],
    [
      "%a = pad %x {widths: [{before: 0, after: 5, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %b = pad %y {widths: [{before: 2, after: 3, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %e = exp %x; %f = pad %e {widths: [{before: 4, after: 1, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %d = add %a, %f; %g = add %d, %b; return %g",
      '%8 = exp %x; %9 = concat %x, %y, %8 {dim: 0}; %10 = full {shape: [6, 3], dtype: "float32", value: 0}; %11 = add %9, %10; %12 = pad %11 {widths: [{before: 0, after: 1, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; return %12',
    ],
    [
      "%a = pad %x {widths: [{before: 0, after: 3, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %b = pad %y {widths: [{before: 3, after: 0, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %d = add %a, %b; return %d",
      "%a = pad %x {widths: [{before: 0, after: 3, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %b = pad %y {widths: [{before: 3, after: 0, between: 0}, {before: 0, after: 0, between: 0}], value: 0}; %d = add %a, %b; return %d",
    ],
  ],
  "a sum leaves out dims of size 1": [
    ["%a = sum %w {dims: [1, 2]}; return %a", "%8 = sum %w {dims: [2]}; return %8"],
    [
      "%a = sum %w {dims: [1]}; return %a",
      '%8 = full {shape: [2, 1, 4, 4], dtype: "float32", value: 0}; %9 = add %w, %8; return %9',
    ],
    [
      "%a = reshape %i {shape: [2, 1, 3]}; %b = sum %a {dims: [1]}; return %b",
      "%8 = reshape %i {shape: [2, 1, 3]}; return %8",
    ],
  ],
  "a max leaves out dims of size 1": [
    ["%a = max %w {dims: [1, 2]}; %b = max %w {dims: [1]}; return %a, %b", "%8 = max %w {dims: [2]}; return %8, %w"],
  ],
  "a cumsum along a dim of size 1 is its input plus 0": [
    [
      "%a = cumsum %w {dim: 1}; return %a",
      '%8 = full {shape: [2, 1, 4, 4], dtype: "float32", value: 0}; %9 = add %w, %8; return %9',
    ],
  ],
  "argmax and topk along a dim of size 1 are 0": [
    ["%a = argmax %w {dim: 1}; return %a", '%8 = full {shape: [2, 1, 4, 4], dtype: "int32", value: 0}; return %8'],
  ],
  "a max leaves out the dims of an expand": [
    [
      "%a = expand %x {shape: [4, 2, 3]}; %b = max %a {dims: [0, 1]}; return %b",
      "%8 = reshape %x {shape: [1, 2, 3]}; %9 = max %8 {dims: [1]}; return %9",
    ],
  ],
  "a sum of -x is 0 - the sum of x": [
    [
      "%n = neg %x; %r = sum %n {dims: [0]}; return %r",
      '%8 = full {shape: [1, 3], dtype: "float32", value: 0}; %9 = sum %x {dims: [0]}; %10 = sub %8, %9; return %10',
    ],
  ],
  "a sum of copies is a product": [
    [
      "%a = expand %x {shape: [4, 2, 3]}; %b = sum %a {dims: [0]}; return %b",
      '%8 = reshape %x {shape: [1, 2, 3]}; %9 = full {shape: [1, 2, 3], dtype: "float32", value: 4}; %10 = mul %8, %9; %11 = full {shape: [1, 2, 3], dtype: "float32", value: 0}; %12 = add %10, %11; return %12',
    ],
    [
      "%a = expand %x {shape: [4, 2, 3]}; %b = sum %a {dims: [0, 1]}; return %b",
      "%8 = expand %x {shape: [4, 2, 3]}; %9 = sum %8 {dims: [0, 1]}; return %9",
    ],
  ],
  "a gather at argmax is max": [
    ["%a = argmax %x {dim: 1}; %b = gather %x, %a {dim: 1}; return %b", "%8 = max %x {dims: [1]}; return %8"],
    [
      "%a = argmax %x {dim: 1}; %b = gather %y, %a {dim: 1}; return %b",
      "%8 = argmax %x {dim: 1}; %9 = gather %y, %8 {dim: 1}; return %9",
    ],
  ],
  "a movement moves below an elementwise op, if it repeats no element or the op is cheap": [
    [
      "%a = exp %x; %b = add %a, %y; %d = reshape %b {shape: [6]}; return %d",
      "%8 = reshape %x {shape: [6]}; %9 = exp %8; %10 = reshape %y {shape: [6]}; %11 = add %9, %10; return %11",
    ],
    [
      "%a = exp %x; %b = add %a, %y; %d = permute %b {dims: [1, 0]}; return %d, %a",
      "%8 = exp %x; %9 = permute %8 {dims: [1, 0]}; %10 = permute %y {dims: [1, 0]}; %11 = add %9, %10; return %11, %8",
    ],
    [
      "%a = exp %x; %b = neg %a; %d = unfold %b {dim: 1, size: 2, step: 1}; return %d",
      "%8 = exp %x; %9 = unfold %8 {dim: 1, size: 2, step: 1}; %10 = neg %9; return %10",
    ],
    [
      "%a = exp %x; %b = unfold %a {dim: 1, size: 1, step: 2}; return %b",
      "%8 = unfold %x {dim: 1, size: 1, step: 2}; %9 = exp %8; return %9",
    ],
    [
      "%a = exp %x; %b = mul %a, %y; %d = expand %b {shape: [2, 2, 3]}; return %d",
      "%8 = exp %x; %9 = expand %8 {shape: [2, 2, 3]}; %10 = expand %y {shape: [2, 2, 3]}; %11 = mul %9, %10; return %11",
    ],
  ],
  "a scatterAdd of one element per line is a comparison": [
    [
      "%a = argmax %x {dim: 1}; %s = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %b = scatterAdd %s, %a {dim: 1, size: 3}; return %b",
      "%8 = argmax %x {dim: 1}; %9 = expand %8 {shape: [2, 3]}; %10 = iota {length: 3}; %11 = reshape %10 {shape: [1, 3]}; %12 = expand %11 {shape: [2, 3]}; %13 = eq %9, %12; %14 = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %15 = expand %14 {shape: [2, 3]}; %16 = full(0); %17 = where %13, %15, %16; %18 = add %17, %16; return %18",
    ],
    [
      "%a = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %s = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %g = gather %x, %a {dim: 1}; %b = scatterAdd %s, %a {dim: 1, size: 3}; return %g, %b",
      "%8 = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %9 = gather %x, %8 {dim: 1}; %10 = expand %8 {shape: [2, 3]}; %11 = iota {length: 3}; %12 = reshape %11 {shape: [1, 3]}; %13 = expand %12 {shape: [2, 3]}; %14 = eq %10, %13; %15 = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %16 = expand %15 {shape: [2, 3]}; %17 = full(0); %18 = where %14, %16, %17; %19 = add %18, %17; return %9, %19",
    ],
    [
      "%a = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %s = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %b = scatterAdd %s, %a {dim: 1, size: 3}; return %b",
      "%8 = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %9 = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %10 = scatterAdd %8, %9 {dim: 1, size: 3}; return %10",
    ],
    // The gather comes after the scatterAdd, and its index has another form at first.
    [
      "%a = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %s = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %b = scatterAdd %s, %a {dim: 1, size: 3}; %r = reshape %a {shape: [2, 1]}; %g = gather %x, %r {dim: 1}; return %b, %g",
      "%8 = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %9 = expand %8 {shape: [2, 3]}; %10 = iota {length: 3}; %11 = reshape %10 {shape: [1, 3]}; %12 = expand %11 {shape: [2, 3]}; %13 = eq %9, %12; %14 = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %15 = expand %14 {shape: [2, 3]}; %16 = full(0); %17 = where %13, %15, %16; %18 = add %17, %16; %19 = gather %x, %8 {dim: 1}; return %18, %19",
    ],
    // The gather with the same index is gone in the end, because another rule drops its only reader.
    [
      "%a = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %s = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %g = gather %x, %a {dim: 1}; %e = expand %g {shape: [2, 3]}; %f = full(0, bool); %r = where %f, %e, %y; %b = scatterAdd %s, %a {dim: 1, size: 3}; return %r, %b",
      "%8 = slice %y {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %9 = slice %i {starts: [0, 0], sizes: [2, 1], steps: [1, 1]}; %10 = scatterAdd %8, %9 {dim: 1, size: 3}; return %y, %10",
    ],
  ],
};
