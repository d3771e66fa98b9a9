// File names in messages. A name may hold control characters, which a terminal would obey (move its cursor, change its title), and
// characters that change the direction of the text after them.

/** Control characters, line and paragraph separators, and the marks that change the direction of text. */
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * The text with each control character, line separator and mark of the text's direction escaped as in JSON: "\n", "\u001b". All other
 * characters stay as they are. For names of files, before a terminal shows them.
 */
export const printable = (text: string): string => text.replace(unprintable, escaped);

function escaped(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : json;
}
