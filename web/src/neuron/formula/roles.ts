// What a leaf stands for. Weights and biases learn; inputs and targets are given. The name decides at first, the visitor after that.

export const roles = ["input", "weight", "bias", "target"] as const;
export type Role = (typeof roles)[number];

/** Names such as w, w1, wa, v2, weight; b, b1, bias; t, t1, target, y_true, goal. All others are inputs. */
const names: readonly (readonly [Role, RegExp])[] = [
  ["weight", /^(?:[wv]\p{L}?\p{N}*|weight\p{N}*|[wv]_[\p{L}\p{N}]+)$/iu],
  ["bias", /^(?:b\p{N}*|bias\p{N}*|b_[\p{L}\p{N}]+)$/iu],
  ["target", /^(?:t\p{N}*|(?:target|goal|truth)\p{N}*|y_?(?:true|target|wanted)\p{N}*|ziel\p{N}*|objetivo\p{N}*)$/iu],
];

export const roleOf = (name: string): Role => names.find(([, pattern]) => pattern.test(name))?.[0] ?? "input";

export const isRole = (text: string): text is Role => roles.some((role) => role === text);

export const learns = (role: Role | "constant" | "result"): boolean => role === "weight" || role === "bias";
