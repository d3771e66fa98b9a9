// The options of train and tune about the pictures that a net learns from.
import type { Command } from "commander";
import { defaultMemory } from "../large/budget.ts";
import { amount as inBytes, maxCacheBytes } from "../pictures/cache-folder.ts";
import { amount, bytes, integer, size } from "../values.ts";
import { noCache, skipBroken } from "./options.ts";

export function addPictures(command: Command): void {
  command
    .optionsGroup("How it uses the pictures:")
    .option("--augment", "change each picture a little each time it is used (default for folders of pictures)")
    .option("--no-augment", "use the pictures as they are (default for mnist and IDX files)")
    .option(
      "--flip",
      "mirror half of the pictures, left to right (default for folders: where a short trial shows no harm)",
    )
    .option("--no-flip", "mirror no pictures, and try nothing")
    .option(
      "--shift <pixels>",
      "move each picture by up to this many pixels (default of --augment: a 14th of the side)",
      integer(0, 4096),
    )
    .option(
      "--rotate <degrees>",
      "rotate each picture by up to this many degrees (default of --augment: 8)",
      amount(0, 180, "degrees"),
    )
    .option(
      "--crop <fraction>",
      "cut away up to this part of each side (default of --augment: 0.1)",
      amount(0, 0.9, "a part of the side"),
    )
    .option(
      "--erase <fraction>",
      "cover half of the pictures with a rectangle, whose sides are up to this part of theirs (default: 0)",
      amount(0, 1, "a part of the side"),
    )
    .option(
      "--jitter <amount>",
      "change brightness, contrast and saturation by up to this part, and hues by a quarter of it (default: 0)",
      amount(0, 1, "a part"),
    )
    .option(
      "--mixup <alpha>",
      "mix each picture and its class with another one, by a part drawn from Beta(alpha, alpha), such as 0.2 (default: 0)",
      amount(0, 100, "the parameter of a beta distribution"),
    )
    .option(
      "--size <HxW>",
      "resize pictures to this height and width (default: the commonest size among them, with at most 64 pixels on the longer side)",
      size,
    )
    .addOption(skipBroken())
    .addOption(noCache())
    .option(
      "--memory <size>",
      `decoded pictures that take more are read while the net learns, a part at a time (default: ${inBytes(defaultMemory)})`,
      bytes("512MB"),
    )
    .option(
      "--cache-limit <size>",
      `keep the decoded pictures of such a folder up to this size (default: ${inBytes(maxCacheBytes)}); larger ones are decoded anew in each epoch`,
      bytes("16GB"),
    );
}
