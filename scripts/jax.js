// Finds a Python with JAX, which the tests of chainrule-xla run StableHLO with.
import { spawnSync } from "node:child_process";

export const cure = 'Set CHAINRULE_PYTHON to a Python interpreter with JAX (pip install "jax==0.10.2")';

/** The interpreter, CHAINRULE_PYTHON or python3; or null and the reason. `npm test` names in CHAINRULE_JAX_FOUND the one that it has found. */
export function findJax(env = process.env) {
  const python = env.CHAINRULE_PYTHON ?? "python3";
  if (env.CHAINRULE_JAX_FOUND === python) return { python };
  const { status, error } = spawnSync(python, ["-c", "import jax"], { stdio: "ignore" });
  if (status === 0) return { python };
  return { python: null, reason: error ? `${python} does not run` : `${python} has no jax` };
}
