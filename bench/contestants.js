// Who is compared: chainrule and its peers, each with every number of threads that it can have. In Node, TensorFlow.js and jax-js
// have one (peers/tfjs.js and peers/jax.js say why).
import { fileURLToPath } from "node:url";
import { installPeers } from "./peers/install.js";

const file = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));
const own = { label: "chainrule", command: [process.execPath, file("chainrule.js")], own: true };
export const eager = { label: "chainrule, eager", command: [...own.command, "--eager"], threads: 1 };
export const pytorch = { label: "PyTorch", command: [process.env.PYTHON ?? "python3", file("pytorch.py")] };

/** chainrule with so many threads. */
export const ownSide = (threads) => ({ ...own, threads });

/** threads: a list of numbers. `missing` is why a side cannot be asked, if it cannot. */
export function sidesOf({ threads, peers, withEager = false }) {
  const missing = peers ? installPeers() : null;
  const single = (side) => (threads.includes(1) ? [{ ...side, threads: 1 }] : []);
  const each = (side) => threads.map((count) => ({ ...side, threads: count }));
  return [
    ...each(own),
    ...(withEager ? single(eager) : []),
    ...(peers ? single({ label: "TensorFlow.js", command: [process.execPath, file("tfjs.js")], missing }) : []),
    ...(peers ? single({ label: "jax-js", command: [process.execPath, file("jax.js")], missing }) : []),
    ...(peers ? each(pytorch) : []),
  ];
}
