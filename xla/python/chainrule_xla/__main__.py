"""The runner: `python -m chainrule_xla` serves the process that started it over standard input and output.

    --coordinator HOST:PORT --process I --processes N    joins the other processes; without them it runs alone
    --heartbeat SECONDS                                  after which a process that does not answer counts as dead
    --model N                                            devices along which weights are divided; the others divide the batch
    --cpu-devices N                                      CPU devices of this process
    --platform cpu|cuda|tpu                              the devices to use; by default JAX chooses
"""

import argparse
import os
import select
import signal
import sys
import threading
import traceback

from .frames import read_frame, write_frame


def main():
    # Terminals and launchers send these to Node and the runner at once. Node may go on, to save what the runner holds; the runner ends with Node.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="chainrule_xla")
    parser.add_argument("--coordinator")
    parser.add_argument("--process", type=int)
    parser.add_argument("--processes", type=int)
    parser.add_argument("--heartbeat", type=int, default=100)
    parser.add_argument("--model", type=int, default=1)
    parser.add_argument("--cpu-devices", type=int)
    parser.add_argument("--platform")
    options = parser.parse_args()
    # Only frames go to standard output: whatever a library prints goes to standard error.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    connected = threading.Event()
    threading.Thread(target=end_with_node, args=(connected,), daemon=True).start()
    session = connect(options, output)
    connected.set()
    try:
        while not session.is_closed:
            frame = read_frame(sys.stdin.buffer)
            if frame is None:
                raise EOFError("Node has ended")
            session.handle(*frame)
    except BaseException:
        try:
            traceback.print_exc()
        finally:
            # At an orderly exit JAX would wait for the other processes, and they would wait for this one.
            os._exit(1)


def end_with_node(connected):
    """Ends the runner if Node ends while it waits for the other processes; later its input tells it."""
    if not hasattr(select, "poll"):
        return
    end = select.poll()
    # Only the end of the pipe: messages wait until the runner is connected.
    end.register(0, 0)
    end.poll()
    if not connected.is_set():
        os._exit(1)


def connect(options, output):
    """Starts JAX, says what it found, and returns the session."""
    try:
        import jax
    except ImportError as error:
        write_frame(output, {"kind": "missing", "message": str(error)})
        sys.exit(3)
    jax.config.update("jax_enable_x64", True)
    if options.platform is not None:
        jax.config.update("jax_platforms", options.platform)
    if options.cpu_devices is not None:
        jax.config.update("jax_num_cpu_devices", options.cpu_devices)
    if options.coordinator is not None:
        jax.distributed.initialize(
            coordinator_address=options.coordinator,
            num_processes=options.processes,
            process_id=options.process,
            heartbeat_timeout_seconds=options.heartbeat,
            shutdown_timeout_seconds=options.heartbeat,
        )
    from .mesh import Devices
    from .session import Session

    devices = jax.devices()
    write_frame(
        output,
        {
            "kind": "ready",
            "jax": jax.__version__,
            "platform": devices[0].platform,
            "device": devices[0].device_kind,
            "devices": len(devices),
            "process": jax.process_index(),
            "processes": jax.process_count(),
            "pid": os.getpid(),
        },
    )
    return Session(Devices(options.model), output)


if __name__ == "__main__":
    main()
