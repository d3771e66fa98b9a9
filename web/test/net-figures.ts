// What the second part shows of its net, beside the picture: "step", "loss", "right".
import type { Locator } from "playwright-core";

export const shown = async (part: Locator, name: string): Promise<string> =>
  (await part.locator("dl div", { hasText: name }).locator("dd").textContent()) ?? "";

export const stepOf = async (part: Locator): Promise<number> => Number(await shown(part, "step"));
