// The stages of a program, written as one function (table, thread, threads) that all its threads call. Nobody is waited for: a unit
// belongs to whoever takes it, so that a thread which comes late finds the work done by others, and who calls a program can do all
// of it. What a stage needs to be complete is counted in units (control.ts: marks); only then does anybody wait, first looking again
// and again for some microseconds, then asleep, in slices. Results do not depend on who did what: units write what only they write.
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { table } from "../layout.ts";
import type { Task } from "../tasks.ts";
import { control, marksOf, slice, stopped } from "./control.ts";
import type { Plan, Stage } from "./stages.ts";

export interface Team {
  readonly plan: Plan;
  /** For how many threads it is cut up at most. */
  readonly threads: number;
  /** Bytes of scratch memory from one thread to the next. */
  readonly scratch: number;
}

/** Writes it; it gives 0, or why its threads left before they were through. */
export function writeShare(module: Module, tasks: readonly Task[], { plan, threads, scratch }: Team): WasmFunction {
  const claim = writeClaim(module);
  const complete = writeComplete(module);
  const wait = writeWait(module);
  const { stages, last } = plan;
  const i32 = "i32" as const;
  return module.function(
    "share",
    { parameters: [i32, i32, i32], results: [i32] },
    (code, tableAddress, thread, count) => {
      const [block, marks, own, from, to] = Array.from({ length: 5 }, () => code.local(i32));
      code.get(tableAddress).memory("i32.load", table.control).set(block);
      code.get(tableAddress).memory("i32.load", table.marks).set(marks);
      code
        .get(tableAddress)
        .memory("i32.load", table.scratch)
        .get(thread)
        .i32(scratch)
        .op("i32.mul", "i32.add")
        .set(own);
      const marksAt = (stage: number) =>
        code
          .get(marks)
          .i32(stage * marksOf(threads))
          .op("i32.add");
      const reason = code.local(i32);
      code.block((leave) => {
        const waitFor = (stage: number) => {
          code.get(block);
          marksAt(stage).i32(stages[stage].units).call(wait).tee(reason).brIf(leave);
        };
        for (const [at, stage] of stages.entries()) {
          for (const earlier of stage.waits) waitFor(earlier);
          const finish = (units: () => void) => {
            code.get(block);
            marksAt(at);
            units();
            code.i32(stage.units).call(complete);
          };
          if (stage.kind === "shared") {
            const [{ callee }] = stage.tasks.map((task) => tasks[task]);
            code.block((done) => {
              code.loop((again) => {
                marksAt(at).i32(stage.units).i32(stage.most).get(thread).get(count).call(claim).set(to).tee(from);
                code.get(to).op("i32.ge_u").brIf(done);
                code.get(tableAddress).get(own).get(from).get(to).call(callee);
                finish(() => code.get(to).get(from).op("i32.sub"));
                code.br(again);
              });
            });
          } else {
            if (stage.kind === "first") code.get(thread).op("i32.eqz");
            else marksAt(at).i32(0).i32(1).memory("i32.atomic.rmw.cmpxchg", 4).op("i32.eqz");
            code.if(() => {
              writeAlone(code, stage, tasks, tableAddress, own);
              finish(() => code.i32(1));
            });
          }
          if (stage.tasks.some((task) => tasks[task].mayFail)) {
            waitFor(at);
            code.get(tableAddress).memory("i32.load", table.failure).brIf(leave);
          }
        }
        // Who called the program comes back when everything is done.
        code.get(thread).brIf(leave);
        for (const stage of last) waitFor(stage);
      });
      code.get(reason);
    },
  );
}

/** Tasks one after the other, until one fails. */
function writeAlone(code: Code, stage: Stage, tasks: readonly Task[], tableAddress: Local, scratch: Local): void {
  code.block((failed) => {
    for (const { callee, units, mayFail } of stage.tasks.map((task) => tasks[task])) {
      code.get(tableAddress).get(scratch).i32(0).i32(units).call(callee);
      if (mayFail) code.get(tableAddress).memory("i32.load", table.failure).brIf(failed);
    }
  });
}

/**
 * (marks, units, most, thread, threads) → units [from, to), from ≥ to if all are taken. Each thread has a share of neighbours, and takes half
 * of what is left of its own, then of the others': the same thread works on the same part of all stages, as long as it is not late.
 */
function writeClaim(module: Module): WasmFunction {
  const i32 = "i32" as const;
  const signature = { parameters: [i32, i32, i32, i32, i32], results: [i32, i32] };
  return module.function("claim", signature, (code, marks, units, most, thread, threads) => {
    const [others, whose, start, size, word, taken, turn] = Array.from({ length: 7 }, () => code.local(i32));
    code.block((none) => {
      code.loop((next) => {
        code.get(others).get(threads).op("i32.ge_u").brIf(none);
        code.get(thread).get(others).op("i32.add").tee(whose).get(threads).op("i32.sub").get(whose);
        code.get(whose).get(threads).op("i32.ge_u", "select").set(whose);
        code.get(units).get(whose).op("i32.mul").get(threads).op("i32.div_u").set(start);
        code.get(units).get(whose).i32(1).op("i32.add", "i32.mul").get(threads).op("i32.div_u");
        code.get(start).op("i32.sub").set(size);
        code.get(marks).get(whose).i32(4).op("i32.mul", "i32.add").set(word);
        code.block((empty) => {
          code.loop((again) => {
            code.get(word).memory("i32.atomic.load", 4).tee(taken).get(size).op("i32.ge_u").brIf(empty);
            code.get(size).get(taken).op("i32.sub").i32(1).op("i32.add").i32(1).op("i32.shr_u").tee(turn).get(most);
            code.get(turn).get(most).op("i32.lt_u", "select").set(turn);
            code.get(word).get(taken).get(taken).get(turn).op("i32.add").memory("i32.atomic.rmw.cmpxchg", 4);
            code.get(taken).op("i32.ne").brIf(again);
            code.get(start).get(taken).op("i32.add").tee(start).get(start).get(turn).op("i32.add", "return");
          });
        });
        code.get(others).i32(1).op("i32.add").set(others).br(next);
      });
    });
    code.i32(0).i32(0);
  });
}

/** (control, marks, count, units): so many more are done; whoever did the last tells those who sleep. */
function writeComplete(module: Module): WasmFunction {
  const i32 = "i32" as const;
  const signature = { parameters: [i32, i32, i32, i32], results: [] };
  return module.function("complete", signature, (code, block, marks, count, units) => {
    code.get(marks).get(count).memory("i32.atomic.rmw.add").get(count).op("i32.add").get(units).op("i32.eq");
    code.if(() => {
      code.get(block).i32(1).memory("i32.atomic.rmw.add", control.pulse).op("drop");
      // Who goes to sleep says so first and then compares the pulse: one of both sees the other.
      code.get(block).memory("i32.atomic.load", control.sleepers);
      code.if(() => code.get(block).i32(-1).memory("memory.atomic.notify", control.pulse).op("drop"));
    });
  });
}

/** (control, marks, units) → 0 once so many are done, or why nobody should wait any longer. */
function writeWait(module: Module): WasmFunction {
  const i32 = "i32" as const;
  return module.function("wait", { parameters: [i32, i32, i32], results: [i32] }, (code, block, marks, units) => {
    const [spins, pulse, done, before, quiet, reason] = Array.from({ length: 6 }, () => code.local(i32));
    const leaveIfDone = () => {
      code.get(marks).memory("i32.atomic.load").tee(done).get(units).op("i32.eq");
      code.if(() => code.i32(0).op("return"));
    };
    leaveIfDone();
    code.get(block).memory("i32.load", control.spins).set(spins);
    code.loop((again) => {
      leaveIfDone();
      code.get(spins).i32(1).op("i32.sub").tee(spins).i32(0).op("i32.gt_s").brIf(again);
    });
    code.loop((again) => {
      code.get(block).memory("i32.atomic.load", control.pulse).set(pulse);
      code.get(block).memory("i32.atomic.load", control.stop).tee(reason);
      code.if(() => code.get(reason).op("return"));
      leaveIfDone();
      code.get(block).i32(1).memory("i32.atomic.rmw.add", control.sleepers).op("drop");
      code
        .get(block)
        .get(pulse)
        .i64(BigInt(slice) * 1_000_000n)
        .memory("memory.atomic.wait32", control.pulse);
      code.get(block).i32(-1).memory("i32.atomic.rmw.add", control.sleepers).op("drop");
      // 2: the slice is over. Whether anything happened in it, the pulse and the count tell.
      code.i32(2).op("i32.ne").brIf(again);
      code.get(done).get(pulse).i32(31).op("i32.mul", "i32.add").tee(done).get(before).op("i32.eq");
      code.if(
        () => code.get(quiet).i32(1).op("i32.add").set(quiet),
        () => code.i32(0).set(quiet).get(done).set(before),
      );
      code.get(quiet).get(block).memory("i32.load", control.patience).op("i32.lt_s").brIf(again);
      code.get(block).i32(0).i32(stopped.lost).memory("i32.atomic.rmw.cmpxchg", control.stop).op("drop").br(again);
    });
    code.op("unreachable");
  });
}
