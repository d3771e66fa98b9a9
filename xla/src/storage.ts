// The contents of a tensor that the runner holds. Tensors with the same contents share them, and the last one frees them.
import type { DType, TypedArray } from "chainrule";
import { DeviceStorage } from "chainrule/compiler";
import type { Handle, Session } from "./runner/session.ts";

const shares = new FinalizationRegistry<{ readonly session: Session; readonly handle: Handle }>(({ session, handle }) =>
  session.release(handle),
);

export class XlaStorage extends DeviceStorage {
  readonly session: Session;
  readonly handle: Handle;
  readonly dtype: DType;

  /** Takes one share of the handle. */
  constructor(session: Session, handle: Handle, dtype: DType) {
    super();
    this.session = session;
    this.handle = handle;
    this.dtype = dtype;
    shares.register(this, { session, handle });
  }

  get device(): string {
    return this.session.device;
  }
  read(): Promise<TypedArray> {
    return this.session.read(this.handle, this.dtype);
  }
  share(): XlaStorage {
    this.handle.shares++;
    return new XlaStorage(this.session, this.handle, this.dtype);
  }
}
