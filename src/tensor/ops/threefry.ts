// Threefry-2x32 with 20 rounds: a block cipher that serves as a random number generator without state. Source: Salmon, Moraes, Dror and
// Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011), table 2 and the key schedule's parity constant.

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/** Encrypts the block (x0, x1) under the key (k0, k1), and returns its two words (signed 32 bits). */
export function threefry(k0: number, k1: number, x0: number, x1: number): [number, number] {
  const keys = [k0, k1, k0 ^ k1 ^ parity];
  x0 = (x0 + k0) | 0;
  x1 = (x1 + k1) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8];
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + keys[injection % 3]) | 0;
      x1 = (x1 + keys[(injection + 1) % 3] + injection) | 0;
    }
  }
  return [x0, x1];
}
