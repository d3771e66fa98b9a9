// One table says why the system refused a file, for the library's errors and for those of programs.
import { statSync } from "node:fs";
import { systemCode, systemReason } from "chainrule/node";
import { expect, test } from "vitest";

test("a system's error has a code, and a reason in words; any other error has none", () => {
  let error: unknown;
  try {
    statSync("nowhere");
  } catch (thrown) {
    error = thrown;
  }
  expect([systemCode(error), systemReason(error)]).toEqual(["ENOENT", "no such file"]);
  const full = Object.assign(new Error("write ENOSPC"), { code: "ENOSPC" });
  expect(systemReason(full)).toBe("there is no space left on the device");
  const unknown = Object.assign(new Error("?"), { code: "constructor" });
  expect([systemCode(unknown), systemReason(unknown)]).toEqual(["constructor", null]);
  for (const other of [new Error("ENOENT"), "ENOENT", null, undefined])
    expect([systemCode(other), systemReason(other)]).toEqual(["", null]);
});
