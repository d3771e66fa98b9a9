// A terminal obeys control characters: no message of chainrule/node holds those of a file's name.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findIdx, listPictures, loadImageFolder, loadPicture, readBytes } from "chainrule/node";
import { beforeEach, expect, test } from "vitest";
import { printable } from "../../src/node/printable.ts";
import { temporaryFolder } from "./synthetic.ts";

/** Clears the screen in both codings of the sequence, begins a line, turns the text around. */
const hostile = "\u001b[2J\u009b2J\n\u202e\u007f";
const escaped = "\\u001b[2J\\u009b2J\\n\\u202e\\u007f";

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});

function write(...path: readonly string[]): void {
  const file = join(root, ...path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "");
}

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error) => error.message,
  );

test("control characters become escapes; letters, accents and emoji stay", () => {
  expect(printable(hostile)).toBe(escaped);
  expect(printable("Äpfel 梨 👩‍🌾 \\ é.png")).toBe("Äpfel 梨 👩‍🌾 \\ é.png");
});

test.each<[string, (name: string) => Promise<string>]>([
  ["a file that is missing", (name) => messageOf(readBytes(join(root, name)))],
  [
    "a picture that is damaged",
    (name) => {
      write(name);
      return messageOf(loadPicture(join(root, name)));
    },
  ],
  [
    "pictures that are damaged",
    (name) => {
      for (const picture of ["1.png", "2.png"]) {
        write(`a${name}`, picture);
        write(`b${name}`, picture);
      }
      return messageOf(loadImageFolder(root)).then((message) => message.replaceAll(/\n/g, ""));
    },
  ],
  [
    "the only class",
    (name) => {
      write(name, "1.png");
      return messageOf(listPictures(root));
    },
  ],
  [
    "folders that may be parts",
    (name) => {
      for (const part of ["train", "later"]) for (const inner of ["a", "b"]) write(part, `${inner}${name}`, "1.png");
      return messageOf(listPictures(root));
    },
  ],
  [
    "archives",
    (name) => {
      write(`${name}.zip`);
      return messageOf(findIdx(root));
    },
  ],
])("%s: the message has the name without control characters", async (_, messageWith) => {
  const message = await messageWith(hostile);
  expect(message).toContain(escaped);
  expect(message).not.toMatch(/[\p{Cc}\u202e]/u);
});
