// The tasks of the parts, as a person does them: found by what is written on the page, and answered by what it then shows. They run in any
// browser that can evaluate a function in a page.

/** A page of a browser, whichever library drives it. */
export interface Driven {
  evaluate<Result, Given extends readonly unknown[]>(
    run: (...given: Given) => Result,
    ...given: Given
  ): Promise<Awaited<Result>>;
}

export interface Task {
  readonly name: string;
  /** Does the task; resolves with what the page answered, and rejects if it did not answer. */
  readonly run: (page: Driven) => Promise<string>;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Waits until the function, in the page, has an answer other than null. */
async function answer<Given extends readonly unknown[]>(
  page: Driven,
  what: string,
  ask: (...given: Given) => string | null,
  ...given: Given
): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await page.evaluate(ask, ...given);
    if (found !== null) return found;
    await pause(100);
  }
  throw new Error(`no answer: ${what}`);
}

/** Presses the first button of a part with this label or text. */
async function press(page: Driven, part: string, label: string): Promise<void> {
  await answer(
    page,
    `a button ${label}`,
    (id, wanted) => {
      const section = document.getElementById(id);
      section?.scrollIntoView({ behavior: "instant" });
      const buttons = [...(section?.querySelectorAll<HTMLButtonElement>("button") ?? [])];
      const button = buttons.find((one) => (one.getAttribute("aria-label") ?? one.textContent ?? "").trim() === wanted);
      button?.click();
      return button === undefined ? null : "pressed";
    },
    part,
    label,
  );
}

/** The text of a part, once it matches. */
const read = (page: Driven, part: string, pattern: RegExp): Promise<string> =>
  answer(
    page,
    `${pattern}`,
    (id, source) => {
      const text = document.getElementById(id)?.textContent?.replace(/\s+/g, " ") ?? "";
      return new RegExp(source).exec(text)?.[0] ?? null;
    },
    part,
    pattern.source,
  );

/** Opens the program of a part, runs it, and reads the end of what it prints. */
const program = (part: string): Task => ({
  name: `${part}: its program`,
  async run(page) {
    await press(page, part, "Show the code");
    await press(page, part, "Run");
    await read(page, part, /Ended after [\d.]+ s/);
    const printed = await answer(
      page,
      "printed lines",
      (id) => {
        const lines = [...document.querySelectorAll(`#${id} [role=log] pre`)];
        return lines[lines.length - 1]?.textContent ?? null;
      },
      part,
    );
    await press(page, part, "Hide the code");
    return printed;
  },
});

/** What stands in the element with this test id, once it is a number. */
const figure = (page: Driven, id: string): Promise<string> =>
  answer(
    page,
    `a number in ${id}`,
    (name) => {
      const text = document.querySelector(`[data-testid=${name}]`)?.textContent?.trim() ?? "";
      return /\d/.test(text) ? text : null;
    },
    id,
  );

export const tasks: readonly Task[] = [
  { name: "opening: it reads the digit", run: (page) => read(page, "top", /I read a \d, [^.]*sure/) },
  {
    name: "neuron: it learns",
    async run(page) {
      await press(page, "neuron", "Learn");
      return read(page, "neuron", /round ([3-9]|\d\d)/);
    },
  },
  program("neuron"),
  {
    name: "net: it tells the points apart",
    async run(page) {
      await press(page, "net", "Train");
      const told = await read(page, "net", /(9\d|100)%/);
      await press(page, "net", "Pause");
      return told;
    },
  },
  {
    name: "race: it ends",
    async run(page) {
      await press(page, "race", "Start the race");
      return read(page, "race", /In the same [^.]*compiled/);
    },
  },
  {
    name: "images: it learns to read digits",
    async run(page) {
      await press(page, "images", "Train");
      return figure(page, "accuracy");
    },
  },
  {
    name: "classes: one more is added",
    async run(page) {
      await press(page, "classes", "Add a class");
      return answer(page, "a third class", () => {
        const { length } = document.querySelectorAll("#classes [data-class]");
        return length === 3 ? "3 classes" : null;
      });
    },
  },
];
