// How a kernel runs on a GPU, as data: one or more dispatches in their order. A dispatch runs one loop program in many workgroups at once.
// Threads of one workgroup share workgroup memory and wait for each other at barriers; workgroups know nothing of each other, so that what
// one of them needs of another is written by one dispatch and read by the next.
import type { Buffer } from "../../compiler/kernel.ts";
import type { Element, Routine } from "../../loops/program.ts";
import type { DType } from "../../tensor/dtype.ts";

/** What programs for an adapter may use. The names are those of WebGPU's limits, in short. */
export interface GpuLimits {
  /** The largest number of operands of a dispatch (maxStorageBuffersPerShaderStage); join.ts reduces longer lists. */
  readonly storageBuffers: number;
  /** Bytes of the largest operand (maxStorageBufferBindingSize). */
  readonly bindingBytes: number;
  /** Bytes of a workgroup's memory (maxComputeWorkgroupStorageSize). */
  readonly workgroupBytes: number;
  /** Threads of a workgroup in all, and in each direction. */
  readonly threads: number;
  readonly threadsAlong: readonly [x: number, y: number, z: number];
  /** Workgroups of a dispatch in each direction. */
  readonly workgroups: number;
  /** Whether shaders have subgroup operations, and between which sizes a subgroup has; null where they have none. */
  readonly subgroups: { readonly min: number; readonly max: number } | null;
  /** Whether a processor plays the GPU. Then barriers cost more than what they save, and a few hundred threads are enough. */
  readonly software: boolean;
}

/** What every implementation of WebGPU has at least: https://www.w3.org/TR/webgpu/#limits. */
export const leastLimits: GpuLimits = {
  storageBuffers: 8,
  bindingBytes: 2 ** 27,
  workgroupBytes: 16384,
  threads: 256,
  threadsAlong: [256, 256, 64],
  workgroups: 65535,
  subgroups: null,
  software: false,
};

/** Memory that a dispatch reads or writes. */
export type Source =
  /** A buffer of the program. */
  | { readonly kind: "buffer"; readonly buffer: Buffer }
  /** Scratch memory of the kernel, by its index in GpuCut: one dispatch writes it and a later one reads it. */
  | { readonly kind: "scratch"; readonly index: number }
  /** The program's table of failures (failureWords). */
  | { readonly kind: "failures" }
  /** Several of these side by side (join.ts): they are copied there before the dispatch, and back after it if it writes them. */
  | { readonly kind: "joint"; readonly parts: readonly JointPart[] };

/** Memory that a dispatch finds at an offset of a joint one, in bytes. */
export interface JointPart {
  readonly source: Extract<Source, { readonly kind: "buffer" | "scratch" }>;
  readonly offset: number;
  readonly bytes: number;
}

/** "read" operands must not be written. An operand that is written is "readWrite", whether it is read or not. */
export interface Operand {
  readonly source: Source;
  readonly access: "read" | "readWrite";
}

/** One loop program in workgroups. No two operands have the same source. */
export interface Dispatch {
  /** The kernel's name, for profiles and errors. */
  readonly name: string;
  /** Its memories are the operands, in their order; the memory of a workgroup is declared in its body. */
  readonly routine: Routine;
  readonly operands: readonly Operand[];
  readonly workgroups: readonly [x: number, y: number, z: number];
  readonly workgroupSize: readonly [x: number, y: number, z: number];
}

/** A kernel as a GPU runs it. */
export interface GpuCut {
  readonly dispatches: readonly Dispatch[];
  /** The bytes of each scratch memory. Its contents are undefined at first. */
  readonly scratch: readonly number[];
}

/** The elements of buffers in a GPU's memory: words of 32 bits, since WGSL stores no bytes. bool is 0 or 1, uint8 0 to 255. */
export const gpuElements = {
  float32: "f32",
  int32: "i32",
  uint8: "i32",
  bool: "i32",
} as const satisfies Record<Exclude<DType, "float64">, Element>;

/** Bytes of a word, the element of every operand. */
export const wordBytes = 4;

/**
 * An index that is out of range cannot stop a GPU. The thread that finds it at site i writes 1 at 2 · i of the table of failures, and the
 * index at 2 · i + 1; it then continues with an index in range. Several threads may write different indices, any of which is an answer.
 */
export const failureWords = 2;

/** An access whose index data decides, by the number that the kernel's dispatches use. */
export interface FailureSite {
  readonly call: "gather" | "scatterAdd";
  readonly size: number;
}
