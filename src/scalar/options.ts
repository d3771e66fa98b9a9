// An option that is misspelt would be ignored without a word: { activaton: "tanh" } would make a net of relu.

/** Throws if options are no object, or contain a name that is not among the names of the call. */
export function checkOptions(call: string, options: object, names: readonly string[]): void {
  if (typeof options !== "object" || options === null)
    throw new Error(`${call}: options are { ${names.join(", ")} }, not ${String(options)}`);
  for (const name in options)
    if (!names.includes(name))
      throw new Error(`${call}: there is no option ${name}; the options are { ${names.join(", ")} }`);
}
