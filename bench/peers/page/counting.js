// Counts what a program asks of the GPU, by functions around WebGPU's own: submits, dispatches, and the bytes that go to the GPU and come back.

const counts = { submits: 0, dispatches: 0, written: 0, read: 0 };

/** Calls `count` with the object and the arguments before each call of a method. */
function before({ prototype }, method, count) {
  const original = prototype[method];
  prototype[method] = function (...args) {
    count(args, this);
    return original.apply(this, args);
  };
}

/** The bytes of writeBuffer's arguments: offset and size count elements of a typed array. */
function bytesOf([, , data, offset = 0, size]) {
  const bytesEach = data.BYTES_PER_ELEMENT ?? 1;
  return size === undefined ? data.byteLength - offset * bytesEach : size * bytesEach;
}

before(GPUQueue, "submit", () => counts.submits++);
before(GPUQueue, "writeBuffer", (args) => {
  counts.written += bytesOf(args);
});
before(GPUComputePassEncoder, "dispatchWorkgroups", () => counts.dispatches++);
before(GPUComputePassEncoder, "dispatchWorkgroupsIndirect", () => counts.dispatches++);
before(GPUBuffer, "mapAsync", ([mode, offset = 0, size], buffer) => {
  if (mode === GPUMapMode.READ) counts.read += size ?? buffer.size - offset;
});
const create = GPUDevice.prototype.createBuffer;
GPUDevice.prototype.createBuffer = function (described) {
  if (described.mappedAtCreation) counts.written += described.size;
  return create.call(this, described);
};

/** The counts since the last call. */
export function takeCounts() {
  const taken = { ...counts };
  for (const name of Object.keys(counts)) counts[name] = 0;
  return taken;
}
