// What a screen reader could not name, found in the text of the accessibility tree.

/** Lines of elements that a visitor operates and that have no name. */
export const nameless = (tree: string): readonly string[] =>
  tree
    .split("\n")
    .map((line) => line.trim())
    .filter((line) =>
      /^- (button|link|textbox|slider|spinbutton|combobox|checkbox|radio|switch|img|application|region)(?! ")/.test(
        line,
      ),
    );
