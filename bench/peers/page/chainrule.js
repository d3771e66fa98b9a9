// chainrule on the GPU of a page.
import * as chainrule from "chainrule";
import { tensorOf, workOf } from "../../training.js";

const { compile, gpuReady, zeros } = chainrule;
const backend = "webgpu";

export async function start() {
  const { available, adapter, software, reason } = await gpuReady();
  if (!available) throw new Error(reason);
  return { name: `chainrule, ${adapter}${software ? " (software)" : ""}`, train, multiply };
}

function train(question) {
  const { train, batch } = workOf(chainrule, question);
  const step = compile(train, { backend });
  return { step: async (i) => (await step(...batch(i)).read())[0] };
}

function multiply({ a, b, repeats }) {
  const [left, right] = [a, b].map((described) => tensorOf(chainrule, described));
  const result = zeros(left.shape);
  const product = compile(
    () => {
      result.assign(left.matmul(right));
    },
    { backend },
  );
  return {
    async step() {
      for (let i = 0; i < repeats; i++) product();
      await result.read();
    },
    entries: async (places) => {
      const values = await result.read();
      return places.map((place) => values[place]);
    },
  };
}
