// The console of a program: its texts are those that Node prints (Node's own inspect), and they go to the page.
import { format, inspect } from "node-inspect-extracted";
import type { Output } from "./messages.ts";

type Print = (...values: readonly unknown[]) => void;

/** A console that prints by `record`. Methods that are not listed print their arguments. */
export function consoleFor(record: (output: Output) => void): Console {
  let indentation = "";
  const began = new Map<string, number>();
  const counts = new Map<string, number>();
  const print =
    (tone: Output["tone"]): Print =>
    (...values) =>
      record({ text: format(...values).replace(/^/gm, indentation), tone });
  const [plain, warning] = [print("plain"), print("warning")];
  const sinceStart = (label: unknown): string | null => {
    const start = began.get(String(label));
    return start === undefined ? null : `${label}: ${(performance.now() - start).toFixed(3)}ms`;
  };
  const own: Readonly<Record<string, Print>> = {
    warn: warning,
    error: warning,
    trace: warning,
    dir: (value, options) => plain(inspect(value, { customInspect: false, ...Object(options) })),
    assert: (holds, ...values) => {
      if (!holds) warning(...(values.length === 0 ? ["Assertion failed"] : ["Assertion failed:", ...values]));
    },
    group: (...values) => {
      if (values.length > 0) plain(...values);
      indentation += "  ";
    },
    groupEnd: () => {
      indentation = indentation.slice(2);
    },
    time: (label = "default") => began.set(String(label), performance.now()),
    timeLog: (label = "default", ...values) => plain(sinceStart(label) ?? `There is no timer ${label}`, ...values),
    timeEnd: (label = "default") => {
      plain(sinceStart(label) ?? `There is no timer ${label}`);
      began.delete(String(label));
    },
    count: (label = "default") => {
      counts.set(String(label), (counts.get(String(label)) ?? 0) + 1);
      plain(`${label}: ${counts.get(String(label))}`);
    },
    countReset: (label = "default") => counts.delete(String(label)),
    clear: () => {},
  };
  return new Proxy(console, {
    get: (target, name) => {
      if (typeof name === "string" && Object.hasOwn(own, name)) return own[name];
      const method: unknown = Reflect.get(target, name);
      return typeof method === "function" ? plain : method;
    },
  });
}
