// How the numbers of softmax are written: e to the power of a score may be tiny or huge.

/** e^score with three figures: 0.135, 7.39, 2.2·10⁴. */
export function powerOf(score: number, code: string): string {
  const power = Math.exp(score);
  if (power >= 0.001 && power < 10_000) return power.toLocaleString(code, { maximumSignificantDigits: 3 });
  const exponent = Math.floor(Math.log10(power));
  const lead = (power / 10 ** exponent).toLocaleString(code, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return `${lead}·10${superscript(exponent)}`;
}

const digits = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"];
const superscript = (exponent: number) =>
  [...String(exponent)].map((sign) => (sign === "-" ? "⁻" : digits[Number(sign)])).join("");

export const percentOf = (share: number, code: string): string =>
  share.toLocaleString(code, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
