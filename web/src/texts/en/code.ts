// The programs of the widgets, and where they run.
export const code = {
  show: "Show the code",
  hide: "Hide the code",
  loading: "Loading the editor…",
  notLoaded: "The editor could not be loaded. Close and open it to try again.",
  about:
    "This program does what you see above, with the same settings. Change it and run it here, or paste it into a file and run it with Node.",
  aboutPageOnly:
    "This program does what you see above, with the pictures that your browser has stored. Change it and run it here.",
  keys: "Tab leaves the editor; Ctrl+Enter runs the program. It can read files of this site and no others.",
  editor: "Program",
  output: "Output",
  run: "Run",
  stop: "Stop",
  reset: "Reset to the widget's program",
  wasReset: "Your changes to the program were discarded.",
  copy: "Copy",
  copied: "Copied.",
  copyByHand: "The browser does not allow this button to copy. The program is selected: press Ctrl+C.",
  nothingYet: "What the program prints appears here.",
  running: "Running…",
  full: "Running. There is too much output: the last lines follow at the end.",
  ended: (seconds: string) => `Ended after ${seconds} s.`,
  endedSilently: "The program has ended and printed nothing.",
  stopped: (seconds: string) => `Stopped after ${seconds} s.`,
  leftOut: (count: string) => `… ${count} outputs are not shown here …`,
  inLine: (line: number, what: string) => `Line ${line}: ${what}`,
  cannotImport: (name: string) =>
    name === "chainrule/node"
      ? "chainrule/node reads files, and a page has none. Fetch data and read it with readIdx from chainrule/data."
      : `"${name}" cannot be imported here. A program in this page can import chainrule, chainrule/scalar, chainrule/data, chainrule/model, chainrule/distributions, chainrule/train and chainrule/io.`,
  computedImport: "import() needs the name of a module in quotes here.",
  notStarted: (why: string) => `The browser did not start the program: ${why}`,
};
