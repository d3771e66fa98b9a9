// The functions that loop programs call, and the sites that report an index out of range.
import type { Variable } from "../../../loops/program.ts";
import type { Failures } from "../../../schedule/body/points.ts";
import type { KernelContext } from "../kernel-context.ts";
import type { Functions } from "../loops/values.ts";

/** The functions of a module by the names that loop programs have for them. */
export const calleesOf =
  ({ callees }: KernelContext): Functions =>
  (name) =>
    name === "report" ? (callees.report ?? undefined) : callees.functions.get(name);

/** How a kernel reports failures: the number of a site is its index in the context's sites, plus 1. Adds the site if it is a new one. */
export const failuresOf = ({ sites }: Pick<KernelContext, "sites">, table: Variable): Failures => ({
  table,
  site(call, size) {
    const index = sites.findIndex((other) => other.call === call && other.size === size);
    return index < 0 ? sites.push({ call, size }) : index + 1;
  },
});
