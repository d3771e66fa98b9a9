// How options and the environment decide where the runner runs.
import { expect, it } from "vitest";
import { argumentsOf, settingsOf } from "../src/runner/options.ts";

it("one process, python3 and JAX's own choice of devices, without options", () => {
  const settings = settingsOf({}, {});
  expect(settings).toEqual({ python: "python3", platform: null, model: null, cpuDevices: null, group: null });
  expect(argumentsOf(settings)).toEqual([]);
});

it("the environment, and options before it", () => {
  const environment = {
    CHAINRULE_PYTHON: "/opt/python",
    CHAINRULE_XLA_PLATFORM: "cuda",
    CHAINRULE_COORDINATOR: "node0:9000",
    CHAINRULE_PROCESS: "3",
    CHAINRULE_PROCESSES: "4",
    CHAINRULE_HEARTBEAT: "20",
    CHAINRULE_XLA_MODEL: "2",
    CHAINRULE_XLA_CPU_DEVICES: "8",
  };
  const group = { coordinator: "node0:9000", process: 3, processes: 4, heartbeat: 20 };
  expect(settingsOf({}, environment)).toEqual({
    python: "/opt/python",
    platform: "cuda",
    model: 2,
    cpuDevices: 8,
    group,
  });
  expect(settingsOf({ python: "python", process: 0 }, environment)).toEqual({
    python: "python",
    platform: "cuda",
    model: 2,
    cpuDevices: 8,
    group: { ...group, process: 0 },
  });
  expect(argumentsOf(settingsOf({}, environment)).join(" ")).toBe(
    "--platform cuda --model 2 --cpu-devices 8 --coordinator node0:9000 --process 3 --processes 4 --heartbeat 20",
  );
});

it.each([
  [{ processes: 2 }, /2 processes need the address of process 0 \(coordinator, CHAINRULE_COORDINATOR\)/],
  [{ processes: 2, coordinator: "a:1" }, /the number of this one \(process, CHAINRULE_PROCESS\)/],
  [{ processes: 2, coordinator: "a:1", process: 2 }, /process 2 is not one of 2, which count from 0/],
  [{ processes: 0 }, /processes \(CHAINRULE_PROCESSES\) is a whole number from 1 on, not 0/],
  [{ process: 1.5 }, /process \(CHAINRULE_PROCESS\) is a whole number from 0 on, not 1.5/],
])("%o is refused", (options, message) => {
  expect(() => settingsOf(options, {})).toThrow(message);
});
