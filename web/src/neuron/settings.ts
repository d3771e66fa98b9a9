// Part one as the settings of an address: the formula, the numbers and roles that differ from those it begins with, the learning rate.
import { defaultOf, presets } from "./formula/presets.ts";
import { isRole, type Role, roleOf } from "./formula/roles.ts";
import type { Graph, Leaves } from "./graph.ts";
import { typed } from "./numbers.ts";

export const defaultRate = 0.1;
/** The ends of the slider, as powers of ten. */
export const ratePowers = [-3, 1] as const;

/** The numbers with which a formula begins: those of the preset with this text. */
export const startOf = (text: string): Leaves => ({
  numbers: presets.find((preset) => preset.text === text)?.numbers ?? new Map(),
  roles: new Map(),
});

interface State {
  readonly text: string;
  readonly leaves: Leaves;
  readonly graph: Graph;
  /** The names that the text itself gives a value. */
  readonly given: ReadonlySet<string>;
  readonly rate: number;
}

export function settingsOf({ text, leaves, graph, given, rate }: State): Record<string, string> {
  const start = startOf(text).numbers;
  const numbers = graph.leaves
    .filter(({ label, value }) => !given.has(label) && value.data !== (start.get(label) ?? defaultOf(label)))
    .map(({ label, value }) => `${label}:${typed(value.data)}`);
  const roles = graph.leaves.flatMap(({ label }) => {
    const role = leaves.roles.get(label);
    return role === undefined || role === roleOf(label) ? [] : [`${label}:${role}`];
  });
  return {
    formula: text,
    ...(numbers.length > 0 ? { leaves: numbers.join(",") } : {}),
    ...(roles.length > 0 ? { roles: roles.join(",") } : {}),
    ...(rate !== defaultRate ? { rate: String(rate) } : {}),
  };
}

/** What settings say; null without a formula. What cannot be read in them has its default. */
export function savedOf(settings: URLSearchParams): { text: string; leaves: Leaves; rate: number } | null {
  const text = settings.get("formula");
  if (text === null) return null;
  const pairs = (name: string) =>
    (settings.get(name) ?? "").split(",").map((pair) => {
      const [label, value = ""] = pair.split(":");
      return [label, value] as const;
    });
  const numbers = new Map(startOf(text).numbers);
  for (const [label, value] of pairs("leaves"))
    if (value !== "" && Number.isFinite(Number(value))) numbers.set(label, Number(value));
  const roles = new Map<string, Role>();
  for (const [label, role] of pairs("roles")) if (isRole(role)) roles.set(label, role);
  const rate = Number(settings.get("rate") ?? defaultRate);
  const [low, high] = ratePowers;
  return { text, leaves: { numbers, roles }, rate: rate >= 10 ** low && rate <= 10 ** high ? rate : defaultRate };
}
