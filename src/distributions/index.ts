// "chainrule/distributions": probability distributions with PyTorch's names: samples, logarithms of probabilities, entropies, divergences. Samples come
// from the seeded generator, and those of rsample have gradients with respect to the parameters.
export { Bernoulli } from "./bernoulli.ts";
export { Beta } from "./beta.ts";
export { Categorical } from "./categorical.ts";
export { Dirichlet } from "./dirichlet.ts";
export { Distribution, klDivergence } from "./distribution.ts";
export { Gamma } from "./gamma.ts";
export { Multinomial } from "./multinomial.ts";
export { Normal } from "./normal.ts";
export type { ChoiceParameters, Parameter } from "./parameters.ts";
export { Poisson } from "./poisson.ts";
export { Uniform } from "./uniform.ts";
