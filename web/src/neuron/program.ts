// The current formula as a program of chainrule: the leaves as Values with their numbers, the forward pass as a function, and rounds of
// backward pass and update.
import type { Expression, Operator, Statement } from "./formula/expression.ts";
import { learns } from "./formula/roles.ts";
import { type Graph, leafNumber } from "./graph.ts";

const roundCount = 20;

const methods = { "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow" } as const satisfies Record<
  Operator,
  string
>;

/** Names that a program cannot give to a number: words of JavaScript, and those that the program itself uses. */
const taken = new Set(
  `arguments as async await break case catch class const continue debugger default delete do else enum eval export extends false finally
  for from function get if implements import in instanceof interface let new null of package private protected public return set static
  super switch this throw true try typeof undefined var void while with yield NaN Infinity Value console forward learners rate round one number`.split(
    /\s+/,
  ),
);

/** Names of the formula as names of JavaScript, each one its own. */
function namesOf(labels: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set(taken);
  for (const label of labels) {
    let name = label.replace(/[^\p{ID_Continue}]/gu, "_");
    while (used.has(name)) name += "_";
    used.add(name);
    names.set(label, name);
  }
  return names;
}

export function programOf(statements: readonly Statement[], graph: Graph, rate: number): string {
  const computed = needed(statements).filter((statement) => leafNumber(statement) === null);
  const names = namesOf([...graph.leaves.map(({ label }) => label), ...computed.map(({ name }) => name)]);
  const nameOf = (label: string) => names.get(label) ?? label;
  const leaves = graph.leaves.map(({ label, role, value }) => {
    const kind = learns(role) ? `, { kind: "${role}" }` : "";
    return `const ${nameOf(label)} = new Value(${value.data}${kind}); // ${role}`;
  });
  const lines = computed.map(({ name, expression }) => `  const ${nameOf(name)} = ${written(expression, nameOf)};`);
  const learners = graph.leaves.filter(({ role }) => learns(role)).map(({ label }) => nameOf(label));
  const result = nameOf(graph.root.label);
  return `import { Value } from "chainrule/scalar";

${leaves.join("\n")}
const learners = [${learners.join(", ")}];
const rate = ${rate};

// The forward pass: every number that is computed from the leaves.
function forward() {
${lines.join("\n")}${lines.length > 0 ? "\n" : ""}  return ${result};
}

for (let round = 1; round <= ${roundCount}; round++) {
  const one = forward();
  for (const number of learners) number.grad = 0;
  one.backward();
  console.log(\`round \${round}: ${graph.root.label.replace(/[`\\$]/g, "\\$&")} \${one.data}\`);
  for (const number of learners) number.data -= rate * number.grad;
}
`;
}

/** The statements that the last one depends on, and itself. */
function needed(statements: readonly Statement[]): readonly Statement[] {
  const names = new Set(statements.slice(-1).map(({ name }) => name));
  for (const statement of statements.toReversed())
    if (names.has(statement.name)) for (const name of namesIn(statement.expression)) names.add(name);
  return statements.filter(({ name }) => names.has(name));
}

function namesIn(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "number":
      return [];
    case "name":
      return [expression.name];
    case "negative":
    case "call":
      return namesIn(expression.of);
    case "binary":
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    default:
      return expression satisfies never;
  }
}

function written(expression: Expression, nameOf: (label: string) => string): string {
  switch (expression.kind) {
    case "number":
      return `new Value(${expression.value})`;
    case "name":
      return nameOf(expression.name);
    case "call":
      return `${written(expression.of, nameOf)}.${expression.call}()`;
    case "negative":
      return `${written(expression.of, nameOf)}.neg()`;
    case "binary": {
      const { operator, left, right } = expression;
      // A method takes a plain number too.
      const argument = right.kind === "number" ? String(right.value) : written(right, nameOf);
      return `${written(left, nameOf)}.${methods[operator]}(${argument})`;
    }
    default:
      return expression satisfies never;
  }
}
