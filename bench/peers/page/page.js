// A page of bench/webgpu.js: the side that the address names (?side=jax) answers questions. A run's answer has the counts of counting.js too.
import { replies } from "../reply.js";
import { takeCounts } from "./counting.js";

/** Each gives { name, adapter, train, multiply }. */
const sides = {
  chainrule: () => import("./chainrule.js"),
  jax: () => import("./jax.js"),
  tfjs: () => import("./tfjs.js"),
};

/** The longest task of the page's thread since the last answer, in milliseconds, if it was longer than 50: so long the page was frozen. */
let longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
}).observe({ type: "longtask", buffered: true });

const side = sides[new URLSearchParams(location.search).get("side")];
const ready = side().then(({ start }) => start());

/** The answer to a question; { error } if there is none. */
globalThis.ask = async (question) => {
  try {
    const { name, reply } = await answering;
    takeCounts();
    const answer = await reply(question);
    // The observer hears of a task after its end.
    await new Promise((resolve) => setTimeout(resolve));
    const frozen = longest;
    longest = 0;
    return { ...answer, name, frozen, counts: takeCounts() };
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
};

const answering = ready.then(({ name, ...works }) => ({ name, ...replies(name, works) }));
answering.catch(() => {}); // `ask` tells it
