"""What a runner does for the Node process that started it: it keeps programs and arrays under numbers that Node chooses.

Messages of Node, each a frame:

    program  id, manifest                      the payload is the module's text
    put      values: handle, dtype, shape, rows, bytes    the payload is their contents, one after the other
    run      program, arguments, donated, results         handles; `donated` are positions of arguments
    read     request, handle                   answered by `contents` with the array as payload
    free     handles
    drop     programs
    close                                      ends the runner when all answers are sent

A message that fails makes the values that it would have made failures; who reads one gets its text: `failed`. So a failure is
told once for each read, and Node does not wait for an answer to each run.
"""

import dataclasses
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import jax
import numpy as np

from .frames import write_frame
from .module import dtype_of
from .program import Program


@dataclasses.dataclass
class Value:
    """An array in host memory (with `rows`: only these rows of it) or on the devices."""

    shape: tuple
    contents: object
    rows: tuple | None = None
    # Whether a later run may be given its memory; such an array is read before the next message.
    is_state: bool = False


@dataclasses.dataclass
class Failure:
    """Why a value does not exist."""

    text: str


class Session:
    def __init__(self, devices, output):
        self.devices = devices
        self.output = output
        self.writing = threading.Lock()
        self.is_closed = False
        self.programs = {}
        self.values = {}
        # One thread waits for results, so that the next run is dispatched meanwhile.
        self.reader = ThreadPoolExecutor(max_workers=1)
        self.handlers = {
            "program": self.program,
            "put": self.put,
            "run": self.run,
            "read": self.read,
            "free": self.free,
            "drop": self.drop,
            "close": self.close,
        }

    def handle(self, header, payload):
        """Does what a message says. If that fails, whoever reads the values that it should have made is told why."""
        try:
            self.handlers[header["kind"]](header, payload)
        except Exception as error:
            self.fail(header, Failure(f"the message {header['kind']} failed: {reason(error)}"))

    def fail(self, header, failure):
        match header["kind"]:
            case "program":
                self.programs[header["id"]] = failure
            case "put":
                self.values |= {value["handle"]: failure for value in header["values"]}
            case "run":
                self.values |= {handle: failure for handle in header["results"]}
            case "read":
                self.answer(header["request"], failure)
            case _:
                # Nobody would be told: the runner ends, and shows the reason.
                raise RuntimeError(failure.text)

    def program(self, header, payload):
        try:
            self.programs[header["id"]] = Program(self.devices, payload.decode(), header["manifest"])
        except Exception as error:
            self.programs[header["id"]] = Failure(f"XLA does not take the program: {reason(error)}")

    def put(self, header, payload):
        start = 0
        for value in header["values"]:
            end = start + value["bytes"]
            shape, rows = tuple(value["shape"]), value.get("rows")
            own = shape if rows is None else (rows[1] - rows[0], *shape[1:])
            contents = np.frombuffer(payload[start:end], dtype_of(value["dtype"])).reshape(own)
            self.values[value["handle"]] = Value(shape, contents, rows and tuple(rows))
            start = end

    def run(self, header, _):
        program = self.programs[header["program"]]
        values = [self.values[handle] for handle in header["arguments"]]
        failure = next((part for part in [program, *values] if isinstance(part, Failure)), None)
        if failure is None:
            try:
                made = program.run(values, header["donated"])
            except Exception as error:
                failure = Failure(f"the run failed: {reason(error)}")
        for i in header["donated"]:
            self.values.pop(header["arguments"][i], None)
        for i, handle in enumerate(header["results"]):
            if failure is not None:
                self.values[handle] = failure
            else:
                entry = program.results[i]
                self.values[handle] = Value(tuple(entry["shape"]), made[i], is_state=entry["kind"] == "state")

    def read(self, header, _):
        value = self.values[header["handle"]]
        if isinstance(value, Value) and value.is_state:
            self.answer(header["request"], value)
        else:
            self.reader.submit(self.answer, header["request"], value)

    def answer(self, request, value):
        try:
            if isinstance(value, Failure):
                raise RuntimeError(value.text)
            contents = np.ascontiguousarray(host(value.contents, self.devices))
        except Exception as error:
            self.write({"kind": "failed", "request": request, "message": reason(error)})
        else:
            self.write({"kind": "contents", "request": request}, contents.reshape(-1).view(np.uint8))

    def write(self, header, payload=b""):
        with self.writing:
            write_frame(self.output, header, payload)

    def free(self, header, _):
        for handle in header["handles"]:
            self.values.pop(handle, None)

    def drop(self, header, _):
        for program in header["programs"]:
            self.programs.pop(program, None)

    def close(self, _header, _payload):
        self.reader.shutdown(wait=True)
        self.is_closed = True


def host(contents, devices):
    """The contents of an array in host memory. If processes divide it, all of them have to ask."""
    if not isinstance(contents, jax.Array):
        return np.asarray(contents)
    whole = devices.whole(contents)
    return np.asarray(whole if whole.is_fully_addressable else whole.addressable_data(0))


def reason(error):
    """What went wrong, in one paragraph; a fault of the runner itself with its place."""
    text = str(error).strip() or type(error).__name__
    if isinstance(error, (KeyError, AttributeError, NameError, TypeError, IndexError)):
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} {text} at line {place.lineno} of {place.name}"
    return text
