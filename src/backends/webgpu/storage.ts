// The contents of tensors that live on the GPU. A result has memory of its own that nothing changes. A state has a home, which programs change
// in place, so that the bindings of all programs stay as they are.
import { DeviceStorage } from "../../tensor/device.ts";
import type { TypedArray } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Storage } from "../../tensor/storage.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { readyWork } from "./line.ts";
import type { GpuArray } from "./memory.ts";
import type { Session } from "./session.ts";
import { bytesOfShape, elementsOf, type GpuDType } from "./words.ts";

/** Memory of a session that holds a tensor. */
export class GpuStorage extends DeviceStorage {
  readonly session: Session;
  readonly array: GpuArray;
  readonly dtype: GpuDType;
  readonly size: number;

  constructor(session: Session, array: GpuArray, dtype: GpuDType, size: number) {
    super();
    this.session = session;
    this.array = array;
    this.dtype = dtype;
    this.size = size;
  }

  get device(): string {
    return this.session.name;
  }
  async read(): Promise<TypedArray> {
    if (this.session.lost !== null) throw this.session.lost;
    return elementsOf(await this.session.reads.read(this.array), this.dtype, this.size);
  }
  share(): Storage {
    return this;
  }
}

/** Where contents come from that the GPU needs: host memory, or other memory of the GPU. */
export type Contents =
  | { readonly kind: "words"; readonly words: Float32Array | Int32Array }
  | { readonly kind: "array"; readonly array: GpuArray };

/** The memory of a state. */
export class GpuHome extends GpuStorage {
  /** Contents in host memory that the home holds as well; null if there are none. */
  #mirrored: { readonly storage: Storage; readonly version: number } | null = null;

  /** A copy as of now. */
  override share(): Storage {
    const { session, array } = this;
    const copy = session.memory.array(array.bytes);
    session.add(
      readyWork(() => {
        copy.fault = array.fault;
        const encoder = session.device.createCommandEncoder();
        encoder.copyBufferToBuffer(array.buffer, 0, copy.buffer, 0, array.bytes);
        session.device.queue.submit([encoder.finish()]);
      }),
    );
    return new GpuStorage(session, copy, this.dtype, this.size);
  }

  /** Whether the home holds the tensor's contents. */
  holds({ storage, version }: Tensor): boolean {
    return storage === this || (this.#mirrored?.storage === storage && this.#mirrored.version === version);
  }
  /** Notes that the home holds the tensor's contents, which stay in host memory as well. */
  mirrors({ storage, version }: Tensor): void {
    this.#mirrored = { storage, version };
  }
  /** Has to be called when a program changes the contents. */
  changed(): void {
    this.#mirrored = null;
  }
}

const homes = new WeakMap<Tensor, GpuHome>();

/** The home of a state in a session, the same for all programs. It holds undefined contents at first. */
export function homeOf(tensor: Tensor, session: Session): GpuHome {
  const earlier = homes.get(tensor);
  if (earlier?.session === session) return earlier;
  const array = session.memory.array(bytesOfShape(tensor.shape));
  const home = new GpuHome(session, array, tensor.dtype as GpuDType, sizeOf(tensor.shape));
  homes.set(tensor, home);
  return home;
}
