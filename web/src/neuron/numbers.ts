// The formats of numbers in part one, with a true minus sign.

let decimalSign = ".";

/** Takes the decimal sign of a language for all formats below, and returns it. Formulas, and what is typed, have a point everywhere. */
export function writeNumbersIn(code: string): string {
  decimalSign = (0.5).toLocaleString(code).charAt(1);
  return decimalSign;
}

/** A number that JavaScript has written, as the page writes it. */
export const local = (text: string): string => text.replace(/-/g, "−").replace(".", decimalSign);

/** The format on a card: four decimals, as in Karpathy's lecture. */
export function onCard(x: number): string {
  if (!Number.isFinite(x)) return notFinite(x);
  const size = Math.abs(x);
  if (size >= 1e5 || (size > 0 && size < 5e-5)) return local(x.toExponential(2));
  return local((x === 0 ? 0 : x).toFixed(size < 1000 ? 4 : size < 10_000 ? 2 : 1));
}

/** The format in a sentence: two decimals where the others are 0, else four. */
export function inWords(x: number): string {
  const written = onCard(x);
  return /[.,]\d\d00$/.test(written) ? written.slice(0, -2) : written;
}

/** The format on an edge: two decimals, where they are enough to tell the number from 0. */
export const inBrief = (x: number): string =>
  Number.isFinite(x) && Math.abs(x) >= 0.095 && Math.abs(x) < 1000 ? local(x.toFixed(2)) : inWords(x);

/** The format of a rate: two digits that count, such as 0.1 or 0.0032. */
export const brief = (x: number): string => local(String(Number(x.toPrecision(2))));

/** The format for comparisons: exactly `decimals` decimals. */
export const exactly = (x: number, decimals: number): string =>
  Number.isFinite(x) ? local((Math.abs(x) < 0.5 * 10 ** -decimals ? 0 : x).toFixed(decimals)) : notFinite(x);

/** The text that gives the same number again when it is typed. */
export const typed = (x: number): string => String(x);

function notFinite(x: number): string {
  return Number.isNaN(x) ? "none" : x > 0 ? "∞" : "−∞";
}
