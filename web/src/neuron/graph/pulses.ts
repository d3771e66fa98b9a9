// Which edges a movement runs along, and when: a number that changed flows forward to the result, gradients flow back from it.
import type { Way } from "../layout/sizes.ts";

export interface Pulse {
  readonly way: Way;
  /** The edge at which it sets out, counted from where the movement begins. */
  readonly start: number;
}

/** The pulses of a movement that begins at the nodes `from`. A node passes it on when the last of its edges has brought it. */
export function pulsesOf(
  ways: readonly Way[],
  from: readonly number[],
  kind: "forward" | "backward",
): readonly Pulse[] {
  const [source, target] = kind === "forward" ? (["from", "to"] as const) : (["to", "from"] as const);
  const reached = new Map(from.map((id) => [id, 0]));
  // Ids rise from the inputs to the result, so one pass in their order sees each node after all that bring it something.
  const order = [...ways].sort((a, b) => (kind === "forward" ? a.from - b.from : b.to - a.to));
  return order.flatMap((way) => {
    const start = reached.get(way[source]);
    if (start === undefined) return [];
    reached.set(way[target], Math.max(reached.get(way[target]) ?? 0, start + 1));
    return [{ way, start }];
  });
}
