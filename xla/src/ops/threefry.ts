// Threefry-2x32 with 20 rounds on whole arrays of blocks, in integer arithmetic: the same bits as chainrule's generator on every backend.
// Source: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011), table 2 and the key schedule's parity.
import type { Body } from "../body.ts";
import type { Value } from "../types.ts";

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;
const parity = 0x1bd11bda;

/** Encrypts the blocks (x0[i], x1[i]) under the key (k0, k1), all int32; the key's words are [], the blocks' [n]. */
export function threefry(body: Body, key: readonly [Value, Value], blocks: readonly [Value, Value]): [Value, Value] {
  const [x0, x1] = body.functions.shared(body, "threefry", [...key, ...blocks], (inside, [k0, k1, first, second]) => {
    const mixed = inside.op("xor", inside.op("xor", k0, k1), inside.constant(parity, k0));
    const keys = [k0, k1, mixed].map((word) => inside.broadcast(word, [], first.shape));
    let state: readonly [Value, Value] = [inside.op("add", first, keys[0]), inside.op("add", second, keys[1])];
    for (let injection = 1; injection <= 5; injection++) {
      const [a, b] = fourRounds(inside, state, rotations[(injection - 1) % 2]);
      const next = inside.op("add", keys[(injection + 1) % 3], inside.constant(injection, first));
      state = [inside.op("add", a, keys[injection % 3]), inside.op("add", b, next)];
    }
    return state;
  });
  return [x0, x1];
}

/** Four rounds: x0 += x1; x1 = rotate(x1, r) ^ x0. */
function fourRounds(body: Body, state: readonly [Value, Value], distances: readonly number[]): [Value, Value] {
  const [a, b] = body.functions.shared(
    body,
    "four_rounds",
    state,
    (inside, [first, second]) => {
      let [x0, x1] = [first, second];
      for (const distance of distances) {
        x0 = inside.op("add", x0, x1);
        const left = inside.op("shift_left", x1, inside.constant(distance, x1));
        const right = inside.op("shift_right_logical", x1, inside.constant(32 - distance, x1));
        x1 = inside.op("xor", inside.op("or", left, right), x0);
      }
      return [x0, x1];
    },
    `${distances}`,
  );
  return [a, b];
}
