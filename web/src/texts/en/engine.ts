// What the page says where the browser lacks something.
export const engine = {
  workers:
    "This browser has no module workers, so nets cannot be trained here. The neuron at the top of the page still works.",
  vectors:
    "This browser has no WebAssembly SIMD (every browser since 2023 has it). The neuron and the scalar net work; compiled nets do not.",
};
