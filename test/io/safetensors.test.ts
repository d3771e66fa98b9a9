import { tensor, zeros } from "chainrule";
import { readSafetensors, writeSafetensors } from "chainrule/io";
import { describe, expect, test } from "vitest";

/** A file as the format's description has it, written by hand: length, header, data. */
function file(header: string | object, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: readonly number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});
const bits = (array: ArrayBufferView) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("hex");

describe("reading", () => {
  test("every dtype, little-endian, unaligned, with metadata", () => {
    const bytes = file(
      {
        __metadata__: { format: "pt", __proto__x: "y" },
        flag: entry("BOOL", [3], 0, 3),
        byte: entry("U8", [1, 2], 3, 5),
        int: entry("I32", [], 5, 9),
        single: entry("F32", [1], 9, 13),
        double: entry("F64", [1, 1, 1], 13, 21),
        batches: entry("I64", [], 21, 29),
        empty: entry("F32", [0, 7], 29, 29),
      },
      [
        ...[1, 0, 1],
        ...[7, 255],
        ...[0xfe, 0xff, 0xff, 0xff],
        ...[0, 0, 0xc0, 0x3f],
        ...[0x18, 0x2d, 0x44, 0x54, 0xfb, 0x21, 0x09, 0x40],
        ...[0x2a, 0, 0, 0, 0, 0, 0, 0],
      ],
    );
    const { tensors, metadata } = readSafetensors(bytes);
    const read = Object.fromEntries([...tensors].map(([name, t]) => [name, [t.dtype, [...t.shape], [...t.data]]]));
    expect(read).toEqual({
      flag: ["bool", [3], [1, 0, 1]],
      byte: ["uint8", [1, 2], [7, 255]],
      int: ["int32", [], [-2]],
      single: ["float32", [1], [1.5]],
      double: ["float64", [1, 1, 1], [Math.PI]],
      batches: ["int32", [], [42]],
      empty: ["float32", [0, 7], []],
    });
    expect(metadata).toEqual({ format: "pt", __proto__x: "y" });
  });

  test("what is read shares nothing with the file, be it a Uint8Array or a Buffer", () => {
    for (const make of [(bytes: Uint8Array) => bytes, (bytes: Uint8Array) => Buffer.from(bytes)]) {
      const bytes = make(
        file({ a: entry("U8", [2], 0, 2), b: entry("F64", [1], 2, 10) }, [1, 2, 0, 0, 0, 0, 0, 0, 240, 63]),
      );
      const { tensors } = readSafetensors(bytes);
      bytes.fill(9);
      expect([...tensors.values()].map(({ data }) => [...data])).toEqual([[1, 2], [1]]);
    }
  });

  test("a file without tensors, a header padded with spaces", () => {
    expect(readSafetensors(file("{}      "))).toEqual({ tensors: new Map(), metadata: {} });
  });

  test("names and metadata keys like __proto__ and constructor are only names", () => {
    const { tensors, metadata } = readSafetensors(
      file('{"__metadata__":{"__proto__":"p"},"__proto__":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', [5]),
    );
    expect([...tensors.keys()]).toEqual(["__proto__"]);
    expect(Object.entries(metadata)).toEqual([["__proto__", "p"]]);
  });
});

describe("dtypes that PyTorch has and chainrule has not", () => {
  test("F16 and BF16 are read into float32, exactly: every pattern", () => {
    const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const data = [...new Uint8Array(patterns.buffer)];
    const read = (dtype: string) =>
      readSafetensors(file({ h: entry(dtype, [65536], 0, 131072) }, data)).tensors.get("h")?.data;
    const half = read("F16");
    const brain = read("BF16");
    for (const bits of patterns) {
      const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
      const finite = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
      const value = sign * (exponent < 31 ? finite : fraction > 0 ? Number.NaN : Infinity);
      if (!Object.is(half?.[bits], value)) expect(half?.[bits], `F16 ${bits}`).toBe(value);
      const wide = new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
      if (!Object.is(brain?.[bits], wide)) expect(brain?.[bits], `BF16 ${bits}`).toBe(wide);
    }
  });

  test("float32 goes out as F16 where it is asked for and exact: every pattern comes back, and neighbours in float32 stay F32", () => {
    const patterns = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
    const head = '{"x":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}';
    const bytes = new Uint8Array(8 + head.length + patterns.byteLength);
    bytes[0] = head.length;
    bytes.set(new TextEncoder().encode(head), 8);
    bytes.set(new Uint8Array(patterns.buffer), 8 + head.length);
    const { tensors } = readSafetensors(bytes);
    const written = writeSafetensors(tensors, {}, { float16: new Set(["x", "missing"]) });
    expect(written.length).toBe(8 + 64 + patterns.byteLength);
    expect(written.subarray(72)).toEqual(new Uint8Array(patterns.buffer));
    expect(writeSafetensors(tensors).length).toBe(8 + 64 + 4 * 65536);
    for (const x of [1 + 2 ** -11, 65520, 2 ** -25, 3 * 2 ** -25, 1e-40, 0.1]) {
      const one = new Map([["x", tensor([1, x])]]);
      const read = readSafetensors(writeSafetensors(one, {}, { float16: new Set(["x"]) })).tensors.get("x");
      expect(read?.data).toEqual(Float32Array.of(1, x));
    }
    expect(() => writeSafetensors(tensors, {}, { halves: new Set() } as never)).toThrow(/halves/);
  });

  test("num_batches_tracked goes out as I64, and comes back as int32; other names stay I32", () => {
    const counts = tensor(Int32Array.of(-7, 2 ** 31 - 1));
    const given = new Map([
      ["bn.num_batches_tracked", counts],
      ["num_batches_tracked", tensor(Int32Array.of(3), { shape: [] })],
      ["my_num_batches_tracked", counts],
      ["float.num_batches_tracked", tensor([1.5])],
    ]);
    const bytes = writeSafetensors(given);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + bytes[0] + 256 * bytes[1])));
    expect(Object.entries<{ dtype: string }>(header).map(([name, { dtype }]) => [name, dtype])).toEqual([
      ["bn.num_batches_tracked", "I64"],
      ["num_batches_tracked", "I64"],
      ["float.num_batches_tracked", "F32"],
      ["my_num_batches_tracked", "I32"],
    ]);
    for (const [name, { dtype, shape, data }] of readSafetensors(bytes).tensors)
      expect([dtype, shape, data]).toEqual([given.get(name)?.dtype, given.get(name)?.shape, given.get(name)?.data]);
  });
});

describe("writing", () => {
  test("the bytes are the format's, header padded to 8, widest dtype first, then by name", () => {
    const bytes = writeSafetensors(
      new Map([
        ["b", tensor([1], { dtype: "uint8" })],
        ["c", tensor([[1, 2]])],
        ["a", tensor([-1], { dtype: "int32" })],
      ]),
      { z: "1", k: "ü" },
    );
    const header =
      '{"__metadata__":{"k":"ü","z":"1"},"a":{"dtype":"I32","shape":[1],"data_offsets":[0,4]},' +
      '"c":{"dtype":"F32","shape":[1,2],"data_offsets":[4,12]},"b":{"dtype":"U8","shape":[1],"data_offsets":[12,13]}}';
    const length = Math.ceil(new TextEncoder().encode(header).length / 8) * 8;
    const pad = " ".repeat(length - new TextEncoder().encode(header).length);
    expect(bits(bytes)).toBe(bits(file(header + pad, [255, 255, 255, 255, 0, 0, 128, 63, 0, 0, 0, 64, 1])));
  });

  test("the same contents make the same bytes, in whatever order they come", () => {
    const [a, b] = [zeros([2]), tensor([1, 2])];
    const one = writeSafetensors(
      new Map([
        ["a", a],
        ["b", b],
      ]),
      { x: "1", y: "2" },
    );
    const other = writeSafetensors(
      new Map([
        ["b", b],
        ["a", a],
      ]),
      { y: "2", x: "1" },
    );
    expect(bits(one)).toBe(bits(other));
  });

  test("a round trip keeps every bit: payloads of NaN, signed zeros, infinities, subnormals", () => {
    const patterns = Uint32Array.of(
      0x7fc00001,
      0xffc12345,
      0x7f800001,
      0x80000000,
      0x7f800000,
      0xff800000,
      1,
      0x807fffff,
    );
    const single = new Float32Array(patterns.buffer);
    const double = new Float64Array(BigUint64Array.of(0x7ff8dead0000beefn, 0xfff0000000000001n, 1n << 63n).buffer);
    const given = new Map([
      ["single", tensor(single, { shape: [2, 4] })],
      ["double", tensor(double)],
      ["int", tensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1))],
      ["flag", tensor([true, false])],
      ["scalar", tensor(Float32Array.of(3), { shape: [] })],
      ["none", zeros([3, 0])],
      ['ünïcode " \\ name\n', tensor(Uint8Array.of(1, 2, 3))],
    ]);
    const metadata = { "": "", quote: '"\\\u0000' };
    const read = readSafetensors(writeSafetensors(given, metadata));
    expect(read.metadata).toEqual(metadata);
    expect(new Set(read.tensors.keys())).toEqual(new Set(given.keys()));
    for (const [name, { dtype, shape, data }] of given) {
      const back = read.tensors.get(name);
      expect([back?.dtype, back?.shape], name).toEqual([dtype, shape]);
      expect(back && bits(back.data), name).toBe(bits(data));
    }
    expect(bits(writeSafetensors(read.tensors, read.metadata))).toBe(bits(writeSafetensors(given, metadata)));
  });

  test("metadata other than strings and the reserved name are refused", () => {
    expect(() => writeSafetensors(new Map(), JSON.parse('{"epochs":3}'))).toThrow(
      /metadata "epochs" has to be a string/,
    );
    expect(() => writeSafetensors(new Map([["__metadata__", zeros([1])]]))).toThrow(/__metadata__/);
  });
});

describe("an inconsistent file is refused, before anything of a claimed size is allocated", () => {
  const huge = file("{}");
  huge.fill(255, 0, 8);
  const long = file("{}");
  new DataView(long.buffer).setBigUint64(0, 3n, true);
  const good = entry("U8", [2], 0, 2);
  const cases: [string, Uint8Array, RegExp][] = [
    ["shorter than its first number", Uint8Array.of(1, 2, 3), /3 bytes, fewer than the 8/],
    ["a header of 2⁶⁴ bytes", huge, /byte 0: a header of 18446744073709551615 bytes is announced, in a file of 10/],
    ["a header longer than the file", long, /byte 0: a header of 3 bytes/],
    ["no JSON", file("hello"), /does not begin with \{/],
    ["a header of no bytes", file(""), /does not begin with \{/],
    ["JSON cut off", file('{"a":'), /header is not JSON/],
    ["no UTF-8", file({}).fill(0xff, 9, 10), /header is not UTF-8/],
    [
      "a name that comes twice",
      file(
        '{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}',
        [1],
      ),
      /names "a" twice/,
    ],
    [
      "a field that comes twice",
      file('{"a":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}', [1]),
      /names "dtype" twice/,
    ],
    ["an entry that is none", file({ a: 3 }), /tensor "a": its entry is not an object/],
    ["an unknown dtype", file({ a: entry("F3", [1], 0, 1) }, [0]), /tensor "a": unknown dtype "F3"/],
    [
      "eighths of precision",
      file({ w: entry("F8_E5M2", [1], 0, 1) }, [0]),
      /"w" has dtype F8_E5M2.*F32, F64, I32, U8, BOOL/,
    ],
    ["a dtype nested deeply", file(`{"a":{"dtype":${"[".repeat(1e5)}`), /nested more deeply/],
    [
      "more dimensions than anyone has",
      file({ a: entry("U8", new Array(65).fill(1), 0, 1) }, [0]),
      /65 dimensions, at most 64/,
    ],
    ["a shape with a negative size", file({ a: entry("U8", [-2], 0, 2) }, [0, 0]), /its shape/],
    ["a shape with a fraction", file({ a: entry("U8", [0.5, 4], 0, 2) }, [0, 0]), /its shape/],
    [
      "a shape beyond all memory",
      file({ a: entry("F64", [2 ** 40, 2 ** 40], 0, 8) }, new Array(8).fill(0)),
      /takes 9\.\d+e\+24 bytes/,
    ],
    ["offsets backwards", file({ a: entry("U8", [2], 2, 0) }, [0, 0]), /data_offsets are not \[begin, end\]/],
    [
      "offsets of the wrong length",
      file({ a: entry("F32", [2], 0, 2) }, [0, 0]),
      /F32\[2\] takes 8 bytes, but its data_offsets hold 2/,
    ],
    [
      "data cut off",
      file({ a: entry("U8", [4], 0, 4) }, [0, 0]),
      /tensor "a": its data would end at byte \d+, but the file ends at byte \d+/,
    ],
    [
      "tensors that overlap",
      file({ a: good, b: entry("U8", [2], 1, 3) }, [0, 0, 0]),
      /byte \d+: tensor "b" overlaps tensor "a"/,
    ],
    ["the same bytes twice", file({ a: good, b: good }, [0, 0]), /overlaps/],
    [
      "a hole",
      file({ a: good, b: entry("U8", [1], 3, 4) }, [0, 0, 0, 0]),
      /byte \d+: a hole of 1 bytes between tensor "a" and tensor "b"/,
    ],
    [
      "a hole at the beginning",
      file({ b: entry("U8", [1], 3, 4) }, [0, 0, 0, 0]),
      /a hole of 3 bytes between the header/,
    ],
    ["bytes left over", file({ a: good }, [0, 0, 0]), /byte \d+: 1 bytes after tensor "a" that belong to no tensor/],
    ["metadata that is no string", file({ __metadata__: { a: 1 } }), /__metadata__: "a" is not a string/],
    ["metadata that is no object", file({ __metadata__: ["a"] }), /__metadata__ is not an object/],
    ["a bool that is 2", file({ a: entry("BOOL", [2], 0, 2) }, [1, 2]), /byte \d+: tensor "a" is BOOL, but holds 2/],
    [
      "an int64 beyond int32",
      file({ n: entry("I64", [1], 0, 8) }, [0, 0, 0, 128, 0, 0, 0, 0]),
      /tensor "n" is I64 and holds 2147483648/,
    ],
  ];
  test.each(cases)("%s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes)).toThrow(/^readSafetensors: /);
  });

  test("a file cut at any byte is refused", () => {
    const whole = writeSafetensors(
      new Map([
        ["a", tensor([1, 2])],
        ["b", zeros([2, 2])],
      ]),
      { k: "v" },
    );
    for (let length = 0; length < whole.length; length++)
      expect(() => readSafetensors(whole.subarray(0, length)), `${length} bytes`).toThrow(/^readSafetensors: /);
  });

  test("a header of megabytes is read in reasonable time, keys that escape included", () => {
    const metadata = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, i) => [`key "${i}" \\`, 'x\\"'.repeat(100)]),
    );
    expect(readSafetensors(writeSafetensors(new Map(), metadata)).metadata).toEqual(metadata);
  });
});
