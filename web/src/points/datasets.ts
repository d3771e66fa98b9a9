// Points of two kinds in the plane, for nets to classify. One seed gives the same points in every browser: coordinates are rounded to
// three decimals, which hides the last bits of Math.cos, Math.sin and Math.log, where engines differ.

export interface Point {
  readonly x: number;
  readonly y: number;
  /** 1 is blue, -1 is orange. */
  readonly kind: 1 | -1;
}

export const datasetNames = ["moons", "circles", "xor", "spirals"] as const;
export type DatasetName = (typeof datasetNames)[number];

/** All points lie in the square [-reach, reach]². */
export const reach = 1.6;

/** mulberry32 (Tommy Ettinger): uniform in [0, 1), 32 bits of state. */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Draw {
  /** The place of the point among those of its kind, 0 to 1. */
  readonly along: number;
  readonly kind: 1 | -1;
  readonly random: () => number;
}

const shapes = {
  moons({ along, kind }) {
    const angle = Math.PI * along;
    const [x, y] = [0.85 * Math.cos(angle) - 0.42, 0.9 * Math.sin(angle) - 0.22];
    return kind < 0 ? [x, y] : [-x, -y];
  },
  circles({ along, kind }) {
    const radius = kind < 0 ? 1.2 : 0.5;
    return [radius * Math.cos(2 * Math.PI * along), radius * Math.sin(2 * Math.PI * along)];
  },
  xor({ kind, random }) {
    const [x, y] = [0.15 + 1.05 * random(), 0.15 + 1.05 * random()];
    const side = random() < 0.5 ? 1 : -1;
    return [side * x, side * kind * y];
  },
  spirals({ along, kind }) {
    const [angle, radius] = [along * 1.75 * 2 * Math.PI + (kind < 0 ? Math.PI : 0), 0.1 + 1.2 * along];
    return [radius * Math.sin(angle), radius * Math.cos(angle)];
  },
} satisfies Record<DatasetName, (draw: Draw) => [number, number]>;

/** `count` points, of both kinds in turn. `noise` is the standard deviation that is added to each coordinate. */
export function pointsOf(name: DatasetName, { count = 100, noise = 0.1, seed = 1 } = {}): Point[] {
  const random = uniform(seed);
  // Box and Muller (1958)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const half = Math.ceil(count / 2);
  return Array.from({ length: count }, (_, i): Point => {
    const kind = i % 2 === 0 ? -1 : 1;
    const [x, y] = shapes[name]({ along: Math.floor(i / 2) / Math.max(half - 1, 1), kind, random });
    return { x: inside(x + noise * normal()), y: inside(y + noise * normal()), kind };
  });
}

const inside = (x: number): number => Math.round(1000 * Math.max(-reach, Math.min(reach, x))) / 1000;
