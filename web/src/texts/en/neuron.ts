// Part 1: one neuron.

/** "w", "w and b", "w1, w2 and b". */
const list = (names: readonly string[]) => new Intl.ListFormat("en-GB").format(names);

/** "the error" for a word, "L" for a letter. */
const named = (root: string) => (/^(?:error|loss|cost)$/.test(root) ? `the ${root}` : root);
/** At the beginning of a sentence. A name of the formula stays as it is. */
const begun = (words: string) => words.replace(/^the /, "The ");

export const neuron = {
  name: "Neuron",
  title: "One neuron",
  lead: "A neuron multiplies its input by a weight, adds a bias and squashes the sum. The error says how far its answer is from the target. To learn means to make the error small.",
  formula: {
    label: "Formula",
    hint: "Each box is one number. Drag a blue one sideways, and every number that is computed from it changes.",
    wrong: (fault: string) => `This formula cannot be drawn: ${fault}.`,
    shown: "The picture shows the last formula that could be drawn.",
    examples: "Example",
    own: "your own",
    reset: "Reset",
    wasReset: "The formula and its numbers were reset.",
    wasReplaced: "Another formula was chosen.",
  },
  presets: {
    neuron: "One neuron",
    examples: "Two examples to learn",
    net: "A net of three neurons",
    micrograd: "micrograd's neuron",
    twice: "A number used twice",
    product: "A product",
  },
  roles: { input: "input", weight: "weight", bias: "bias", target: "target" },
  faults: {
    at: (fault: string, line: number | null, column: number) =>
      `${fault} at ${line === null ? "" : `line ${line}, `}column ${column}`,
    nothing: "nothing is written yet: try L = x*y,",
    functionAsName: (name: string) => `${name} is a function: give the result another name`,
    closingAlone: "this ) has no matching (",
    closingMissing: "expected )",
    oneName: "there can be only one name before the =",
    operatorMissing: (before: string, after: string) =>
      `expected + - * / or ** between ${before} and ${after}, as in ${before}*${after},`,
    valueMissing: "expected a number, a name or (",
    openingMissing: (name: string) => `expected ( after ${name}, as in ${name}(x),`,
    noFunction: (name: string, functions: readonly string[]) =>
      `there is no function ${name}, only ${functions.join(", ")},`,
    noMeaning: (sign: string) => `${sign} has no meaning here`,
    tooLarge: (number: string) => `${number} is too large`,
    valueAlready: (name: string) => `${name} has a value already: choose another name for the result`,
    usedBefore: (name: string) => `${name} was used before it got its value: choose another name for the result`,
    tooMany: (nodes: number, max: number) =>
      `this makes ${nodes} numbers, and the picture can show at most ${max}: shorten the formula`,
  },
  graph: {
    region: (root: string) => `Graph of ${root}`,
    constant: (label: string) => `the number ${label}`,
    value: (label: string, value: string) => `${label}: value ${value}`,
    unknown: (label: string) => `${label}: not computed yet`,
    gradient: (gradient: string) => `gradient ${gradient}`,
    noGradient: "no gradient yet",
    leaf: (value: string, gradient: string | null, root: string, result: string) =>
      `${value}${gradient === null ? "" : `, gradient ${gradient}`}; ${root} is ${result}`,
    edit: (label: string) => `Value of ${label}`,
    legend: { leaf: "number you can drag", value: "computed value", gradient: "gradient" },
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    fit: "Show the whole graph",
  },
  phases: { label: "One round of learning", values: "Compute", gradients: "Blame", update: "Fix" },
  controls: {
    label: "Step by step",
    compute: "Compute",
    blame: "Who is to blame?",
    matter: "What matters?",
    fix: "Fix it",
    pause: "Pause",
    goOn: "Continue",
    learn: "Learn",
    stop: "Stop",
    start: "To the start",
    back: "One step back",
    forward: "One step forward",
    end: "All steps of this round",
    count: (round: number, step: number, steps: number) => `round ${round}, step ${step} of ${steps}`,
  },
  tell: {
    heading: "What happens",
    given: "The inputs and the weights are given. Compute the rest, one operation at a time.",
    computed: (label: string, how: string) => `${label}: ${how}.`,
    error: (root: string, value: string) => `${begun(named(root))} is ${value}. It should be 0.`,
    blame: (learners: readonly string[]) =>
      `Which number is to blame, and how much? Only ${list(learners)} can change.`,
    result: (root: string, value: string) => `${root} is ${value}.`,
    matter: (root: string) => `If one number moves a little, how far does ${root} move? Ask each number.`,
    fell: (root: string, before: string, after: string) => `${begun(named(root))} fell from ${before} to ${after}.`,
    rose: (root: string, before: string, after: string) =>
      `${begun(named(root))} rose from ${before} to ${after}: the step was too long. Choose a smaller learning rate.`,
    stayed: (root: string, value: string) => `${begun(named(root))} stayed at ${value}.`,
    again: "Then again: who is to blame now?",
    seed: (label: string) =>
      `Start at the end. If ${label} moves a little, ${label} moves exactly as much: its gradient is 1.`,
    sum: (what: string, products: string) => `${what}: ${products}.`,
    each: (product: string, label: string) => `${product} for ${label}`,
    incomplete: (label: string, times: number) =>
      `${label} is used ${times === 2 ? "twice" : `${times} times`}: its gradient is not complete yet.`,
    meeting: (label: string, before: string, share: string, after: string) =>
      `${label} is used more than once, so its gradients add up: ${before} + ${share} = ${after}.`,
    complete: (root: string) =>
      `Each number has its gradient now: how far ${named(root)} moves if the number moves a little. This way back from the result is called the backward pass.`,
    directions: (root: string, raise: readonly string[], lower: readonly string[]) =>
      `To make ${named(root)} smaller, ${[...(raise.length > 0 ? [`raise ${list(raise)}`] : []), ...(lower.length > 0 ? [`lower ${list(lower)}`] : [])].join(" and ")}.`,
    noEffect: "No number that learns has an effect at the moment.",
    running: (round: number, root: string, value: string) => `Round ${round}: ${named(root)} is ${value}.`,
    noLearner: "No number of this formula learns. Give one the role of a weight, and it can be updated.",
    notation: "The same in the notation of mathematics: ∂ means a very small change.",
    update: "Each weight moves a little against its gradient: new = old − learning rate × gradient.",
  },
  does: {
    "+": "A sum passes the gradient on to both numbers, unchanged",
    "-": "A difference passes the gradient on, to the second number with the opposite sign",
    "*": "A product gives each factor the gradient times the other factor",
    "/": "The slopes of u/v are 1/v and −u/v²",
    "**": "The slope of uⁿ is n · uⁿ⁻¹",
    neg: "A minus sign changes the sign of the gradient",
    tanh: "tanh is steep near 0 and flat far from 0",
    sigmoid: "sigmoid is steep near 0 and flat far from 0",
    relu: "relu passes the gradient on where its input is above 0, and stops it elsewhere",
    exp: "The slope of exp is its own value",
    log: "The slope of log is 1 divided by its input",
  },
  table: {
    to: "to",
    slope: "slope",
    above: "× above",
    adds: "= adds",
    old: "old",
    step: "rate × gradient",
    fresh: "new",
  },
  trouble: {
    divided: (label: string, number: string) => `${label} has no value: ${number} is divided by 0.`,
    zeroByZero: (label: string) => `${label} has no value: 0 is divided by 0.`,
    logOfZero: (label: string) => `${label} has no value: the logarithm of 0 is infinite.`,
    logOfNegative: (label: string, number: string) =>
      `${label} has no value: the logarithm of ${number} does not exist.`,
    powerOfNegative: (label: string, number: string, exponent: string) =>
      `${label} has no value: ${number} to the power of ${exponent} is no real number.`,
    powerOfZero: (label: string, exponent: string) =>
      `${label} has no value: 0 to the power of ${exponent} divides by 0.`,
    overflow: (label: string) => `${label} is larger than the largest number that a computer holds, about 1.8 · 10³⁰⁸.`,
    infiniteSlope: (label: string, of: string) => `${label} has a value, but its slope along ${of} is infinite.`,
    noSlope: (label: string, of: string) => `${label} has a value, but no slope along ${of}.`,
    cure: "Choose other numbers.",
  },
  learn: {
    errors: (root: string) => `${begun(named(root))}, round by round`,
    round: "round",
    rate: "Learning rate η",
    hint: "Too small, and learning takes long. Too large, and it jumps over the goal. Try it.",
    ends: {
      diverged: (root: string) =>
        `${begun(named(root))} grows without limit: the steps are too long. Choose a smaller learning rate, and reset.`,
      "nothing learns": () => "No number of this formula learns: give one the role of a weight.",
      solved: (root: string, rounds: number) =>
        `After ${rounds} rounds ${named(root)} is 0 to four decimals: nothing is left to fix.`,
      flat: (root: string) =>
        `The gradients are almost 0: around here ${named(root)} is flat, and no step makes it smaller.`,
      rounds: (_root: string, rounds: number) => `${rounds} rounds are over. Learn goes on.`,
    },
    roles: "Which numbers learn?",
    rolesHint: "Weights and biases learn. Inputs and targets are given.",
    roleOf: (label: string) => `Role of ${label}`,
  },
  landscape: {
    heading: (root: string) => `Landscape of ${named(root)}`,
    label: (root: string, across: string, up: string, low: string, high: string) =>
      `${root} over ${across} and ${up}: from ${low} in the valley to ${high} on the heights. The path shows the rounds so far.`,
    none: "A landscape needs two numbers that can change.",
    across: "across",
    up: "up",
    low: "low",
    high: "high",
    at: (root: string, value: string) => `${root} ${value}`,
    hint: "Click anywhere: the two numbers go there.",
    moved: "The two numbers were moved.",
    noValue: "no value",
  },
  nudge: {
    show: "Is the gradient true? Check it without calculus",
    hide: "Hide the check",
    heading: "Check a gradient without calculus",
    none: "This formula has no name whose value could change. Write one with a name in it, such as L = x*x.",
    lead: (root: string) =>
      `Add a small h to one number. How far does ${root} move? Divide that by h. This slope should come close to the gradient.`,
    pick: "Number",
    shrink: "Let h shrink",
    stop: "Stop",
    again: "Again from h = 1",
    h: "h, from 1 down to 0.000001",
    at: (leaf: string, x: string) => `at ${leaf} = ${x}`,
    atH: (leaf: string) => `at ${leaf} + h`,
    slope: "slope",
    gradient: "gradient",
    of: (leaf: string) => `of ${leaf}`,
    shrinking: "h shrinks…",
    verdicts: {
      noValue: "There is no slope to compare here, as the result has no finite value. Choose another number.",
      noGradient: "There is no gradient to compare here. Choose another number.",
      corner: (leaf: string, left: string, right: string, gradient: string) =>
        `The curve has a corner at this ${leaf}: its slope is ${left} to the left and ${right} to the right, so no single gradient is right. The backward pass takes ${gradient}.`,
      same: "Slope and gradient are the same, as exactly as the computer can tell.",
      apart: (difference: string) => `They differ by ${difference}. The smaller h is, the closer they come.`,
      rounding: (difference: string) =>
        `They differ by ${difference}, which is the rounding of the division by so small an h.`,
    },
    picture: (root: string, leaf: string, slope: string, gradient: string) =>
      `${root} along ${leaf}: the line through both points has slope ${slope}, the gradient is ${gradient}`,
  },
};
