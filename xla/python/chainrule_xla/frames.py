"""Messages between Node and the runner: a header as JSON and bytes, over pipes.

A frame is

    u32 (little-endian)  length of the header in bytes
    u64 (little-endian)  length of the payload in bytes
    header               JSON, UTF-8
    payload              bytes, such as the contents of arrays one after the other
"""

import json
import struct

_lengths = struct.Struct("<IQ")


def read_frame(stream):
    """Returns (header, payload), or None at the end of the stream. Raises EOFError if the stream ends inside a frame."""
    start = stream.read(_lengths.size)
    if not start:
        return None
    header_length, payload_length = _lengths.unpack(_whole(start, _lengths.size))
    header = _whole(stream.read(header_length), header_length)
    payload = _whole(stream.read(payload_length), payload_length)
    return json.loads(header), payload


def write_frame(stream, header, payload=b""):
    """Writes one frame and flushes the stream. `payload` is bytes or another buffer."""
    text = json.dumps(header).encode()
    view = memoryview(payload).cast("B") if len(payload) > 0 else b""
    stream.write(_lengths.pack(len(text), len(view)))
    stream.write(text)
    stream.write(view)
    stream.flush()


def _whole(part, length):
    if len(part) != length:
        raise EOFError(f"a frame ends after {len(part)} of {length} bytes")
    return part
