// The line of the visitor's text where an error happened: its stack names the text's address with line and column, in every browser in a
// notation of its own (at f (ADDRESS:3:7), f@ADDRESS:3:7).

/** The innermost line of the module with this address in a stack; null if the stack does not name it. */
export function lineOf(stack: unknown, address: string): number | null {
  if (typeof stack !== "string") return null;
  const at = stack.indexOf(`${address}:`);
  if (at < 0) return null;
  const line = Number.parseInt(stack.slice(at + address.length + 1), 10);
  return Number.isInteger(line) && line > 0 ? line : null;
}
