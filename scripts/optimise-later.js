// Options of Node for what is done within seconds, as tests are. V8 compiles a function a second time, optimised, after it has run so many
// bytes of its bytecode (67,584 by default). Few functions of a test run long enough to win back what that costs: it was half of the
// processor's time of most tests, and with this number they take a third less.
export const optimiseLater = ["--interrupt-budget=600000"];
