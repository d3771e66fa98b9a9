// The sides of the comparisons: chainrule and its peers, each with every number of threads that it can use. TensorFlow.js and jax-js use
// one thread in Node (peers/tfjs.js and peers/jax.js say why).
import { fileURLToPath } from "node:url";
import { installPeers } from "./peers/install.js";

const file = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const own = { label: "chainrule", command: [process.execPath, file("chainrule.js")], own: true };
export const eager = { label: "chainrule, eager", command: [...own.command, "--eager"], threads: 1 };
const xla = { label: "chainrule, XLA", command: [...own.command, "--xla"] };
export const pytorch = { label: "PyTorch", command: [process.env.PYTHON ?? "python3", file("pytorch.py")] };

/** chainrule with this number of threads. */
export const ownSide = (threads) => ({ ...own, threads });

/**
 * `threads` is a list of numbers; `chosen` are the beginnings of the labels of the sides that take part, all without it. A side's `missing` is
 * the reason why it cannot run, or null.
 */
export function sidesOf({ threads, peers, withEager = false, withXla = false, chosen = null }) {
  const isChosen = ({ label }) => chosen?.some((begins) => label.startsWith(begins)) ?? true;
  const single = (side) => (isChosen(side) && threads.includes(1) ? [{ ...side, threads: 1 }] : []);
  const each = (side) => (isChosen(side) ? threads.map((count) => ({ ...side, threads: count })) : []);
  const [tfjs, jax] = [
    { label: "TensorFlow.js", command: [process.execPath, file("tfjs.js")] },
    { label: "jax-js", command: [process.execPath, file("jax.js")] },
  ];
  const missing = peers && [tfjs, jax].some(isChosen) ? installPeers() : null;
  return [
    ...each(own),
    ...(withEager ? single(eager) : []),
    ...(withXla ? each(xla) : []),
    ...(peers ? [tfjs, jax].flatMap((side) => single({ ...side, missing })) : []),
    ...(peers ? each(pytorch) : []),
  ];
}
