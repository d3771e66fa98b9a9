// What the second part shows of its net in its bar: "step", "loss", "accuracy", "test-accuracy", "status".
import type { Locator } from "playwright-core";

export const shown = async (part: Locator, name: string): Promise<string> =>
  (await part.getByTestId(`net-${name}`).textContent()) ?? "";

export const stepOf = async (part: Locator): Promise<number> => Number((await shown(part, "step")).replaceAll(",", ""));
