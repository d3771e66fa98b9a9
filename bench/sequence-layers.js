// The layers of a transformer of works.js in chainrule, each a function of the library, which must not be imported here (training.js says why).

/** A module whose forward adds f(x) to x, or is f(x); its parts are its parameters' owners, in PyTorch's order. */
function moduleOf({ Module }, parts, forward) {
  class Layer extends Module {
    constructor() {
      super();
      Object.assign(this, parts);
    }
    forward(x) {
      return forward(x);
    }
  }
  return new Layer();
}

export const sequenceLayers = {
  /** Symbols [batch, length] -> [batch, length, width]. */
  embedding(chainrule, { symbols, length, width }) {
    const { arange, Embedding } = chainrule;
    const [words, places] = [new Embedding(symbols, width), new Embedding(length, width)];
    return moduleOf(chainrule, { words, places }, (x) => words.forward(x).add(places.forward(arange(x.shape[1]))));
  },
  attention(chainrule, { width, heads }) {
    const { LayerNorm, MultiheadAttention } = chainrule;
    const [norm, attention] = [new LayerNorm(width), new MultiheadAttention(width, heads, { causal: true })];
    return moduleOf(chainrule, { norm, attention }, (x) => x.add(attention.forward(norm.forward(x))));
  },
  mlp(chainrule, { width, hidden }) {
    const { GELU, LayerNorm, Linear, Sequential } = chainrule;
    const inner = new Sequential(
      new LayerNorm(width),
      new Linear(width, hidden),
      new GELU(),
      new Linear(hidden, width),
    );
    return moduleOf(chainrule, { inner }, (x) => x.add(inner.forward(x)));
  },
  rows: (chainrule) => moduleOf(chainrule, {}, (x) => x.flatten(0, 1)),
};
