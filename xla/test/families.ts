// One small graph for each family of ops, and for what more than one op shares: the recorded texts show how each is written.
export const families = {
  sources: `graph
    %key = argument 0 : int32[2]
    %counter = state 0 : int32[]
    %half = full {shape: [2], dtype: "float32", value: 0.5}
    %none = full {shape: [1], dtype: "float64", value: nan}
    %counted = iota {length: 4}
    %bits = randomBits %key, %counter {shape: [3], bits: 24}
    %one = full {shape: [], dtype: "int32", value: 1}
    %next = add %counter, %one
    state 0 <- %next
    return %half, %none, %counted, %bits`,
  loops: `graph
    body 1 {taken: 1, length: 4, reverse: true}
      %x = argument 0 : float32[2]
      %w = argument 1 : float32[2]
      %h = state 0 : float32[2]
      %product = mul %h, %w
      %sum = add %product, %x
      state 0 <- %sum
      return %h, %product
    end
    %xs = argument 0 : float32[4,2]
    %w = argument 1 : float32[2]
    %h = state 0 : float32[2]
    %last = scan %h, %xs, %w {body: 1, output: 0}
    %all = scan %h, %xs, %w {body: 1, output: 1}
    state 0 <- %last
    return %all`,
  elementwise: `graph
    %x = argument 0 : float32[2,3]
    %y = argument 1 : float32[2,3]
    %n = argument 2 : int32[4]
    %b = argument 3 : uint8[4]
    %sign = sign %x
    %root = sqrt %sign
    %erf = erf %root
    %power = pow %erf, %y
    %larger = maximum %power, %y
    %is = le %larger, %y
    %chosen = where %is, %x, %y
    %whole = cast %chosen {dtype: "uint8"}
    %wide = cast %b {dtype: "int32"}
    %sum = add %n, %wide
    %size = abs %sum
    return %chosen, %whole, %size`,
  movement: `graph
    %x = argument 0 : float32[2,6]
    %turned = permute %x {dims: [1, 0]}
    %rows = reshape %turned {shape: [1, 12]}
    %more = expand %rows {shape: [3, 12]}
    %part = slice %more {starts: [0, 1], sizes: [3, 4], steps: [1, 2]}
    %back = flip %part {dims: [1]}
    %windows = unfold %back {dim: 1, size: 2, step: 1}
    %apart = unfold %back {dim: 1, size: 2, step: 2}
    %sums = fold %windows {dim: 1, step: 1, length: 4}
    %padded = pad %sums {widths: [{before: 0, after: 0, between: 0}, {before: 1, after: 2, between: 1}], value: 0}
    %joined = concat %padded, %padded {dim: 0}
    return %joined, %apart`,
  reductions: `graph
    %x = argument 0 : float32[2,5]
    %sum = sum %x {dims: [1]}
    %max = max %x {dims: [0, 1]}
    %first = argmax %x {dim: 1}
    %best = topk %x {dim: 1, k: 2}
    %running = cumsum %x {dim: 1}
    return %sum, %max, %first, %best, %running`,
  indexing: `graph
    %table = argument 0 : float32[7,2]
    %ids = argument 1 : int32[4]
    %each = argument 2 : int32[3,2]
    %columns = reshape %ids {shape: [4, 1]}
    %rows = expand %columns {shape: [4, 2]}
    %embedded = gather %table, %rows {dim: 0}
    %chosen = gather %table, %each {dim: 0}
    %added = scatterAdd %embedded, %rows {dim: 0, size: 7}
    %one = slice %each {starts: [0, 0], sizes: [1, 2], steps: [1, 1]}
    %values = slice %chosen {starts: [0, 0], sizes: [1, 2], steps: [1, 1]}
    %placed = scatterAdd %values, %one {dim: 0, size: 5}
    %several = scatterAdd %chosen, %each {dim: 0, size: 7}
    return %added, %chosen, %placed, %several`,
  contractions: `graph
    %a = argument 0 : float32[3,2,4]
    %b = argument 1 : float32[3,4,5]
    %x = argument 2 : float32[2,4,6,6]
    %w = argument 3 : float32[8,2,3,3]
    %product = matmul %a, %b
    %image = conv %x, %w {stride: [2, 1], padding: [[1, 0], [-1, 1]], inputDilation: [1, 2], kernelDilation: [1, 1], groups: 2}
    return %product, %image`,
  ordering: `graph
    %x = argument 0 : float32[2,3]
    %gradient = argument 1 : float32[4]
    %y = barrier %x, %gradient
    return %y`,
} as const;
