// Writes the stages of a program as one function (table, thread, threads) that all its threads call. Units are not assigned to threads in
// advance: a thread takes units that are left, so a late thread delays nothing, and the calling thread can do all the work alone. The
// complete units of each stage are counted (control.ts: marks). A thread waits only for stages that its next stage needs: it first polls
// for some microseconds, then sleeps in slices. Results do not depend on which thread did what, because each unit writes bytes that no
// other unit writes.
import type { Code, Local, Module, Function as WasmFunction } from "../assembler/assembler.ts";
import { table } from "../layout.ts";
import type { Task } from "../tasks.ts";
import { control, marksOf, sliceMs, stopped } from "./control.ts";
import type { Plan, Stage } from "./stages.ts";

/** The parameters of a shared program. */
export interface Team {
  readonly plan: Plan;
  /** Largest number of threads. */
  readonly threads: number;
  /** Bytes of scratch memory from one thread to the next. */
  readonly scratch: number;
}

/** Writes the function. It returns 0, or the reason for which its thread left before the end (control.ts: stopped). */
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
                marksAt(at).i32(stage.units).i32(stage.maxClaim).get(thread).get(count).call(claim).set(to).tee(from);
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
        // The calling thread returns when everything is complete.
        code.get(thread).brIf(leave);
        for (const stage of last) waitFor(stage);
      });
      code.get(reason);
    },
  );
}

/** Runs the tasks of a stage in order, until one fails. */
function writeAlone(code: Code, stage: Stage, tasks: readonly Task[], tableAddress: Local, scratch: Local): void {
  code.block((failed) => {
    for (const { callee, units, mayFail } of stage.tasks.map((task) => tasks[task])) {
      code.get(tableAddress).get(scratch).i32(0).i32(units).call(callee);
      if (mayFail) code.get(tableAddress).memory("i32.load", table.failure).brIf(failed);
    }
  });
}

/**
 * Writes (marks, units, maxClaim, thread, threads) → units [from, to); from ≥ to if all are taken. Each thread has a share of consecutive
 * units. It takes half of what is left of its own share at a time, and afterwards of the shares of others (work stealing). So the same
 * thread works on the same part of all stages, as long as it is not late.
 */
function writeClaim(module: Module): WasmFunction {
  const i32 = "i32" as const;
  const signature = { parameters: [i32, i32, i32, i32, i32], results: [i32, i32] };
  return module.function("claim", signature, (code, marks, units, maxClaim, thread, threads) => {
    const [others, owner, start, size, word, taken, claimed] = Array.from({ length: 7 }, () => code.local(i32));
    code.block((none) => {
      code.loop((next) => {
        code.get(others).get(threads).op("i32.ge_u").brIf(none);
        code.get(thread).get(others).op("i32.add").tee(owner).get(threads).op("i32.sub").get(owner);
        code.get(owner).get(threads).op("i32.ge_u", "select").set(owner);
        code.get(units).get(owner).op("i32.mul").get(threads).op("i32.div_u").set(start);
        code.get(units).get(owner).i32(1).op("i32.add", "i32.mul").get(threads).op("i32.div_u");
        code.get(start).op("i32.sub").set(size);
        code.get(marks).get(owner).i32(4).op("i32.mul", "i32.add").set(word);
        code.block((empty) => {
          code.loop((again) => {
            code.get(word).memory("i32.atomic.load", 4).tee(taken).get(size).op("i32.ge_u").brIf(empty);
            code
              .get(size)
              .get(taken)
              .op("i32.sub")
              .i32(1)
              .op("i32.add")
              .i32(1)
              .op("i32.shr_u")
              .tee(claimed)
              .get(maxClaim);
            code.get(claimed).get(maxClaim).op("i32.lt_u", "select").set(claimed);
            code.get(word).get(taken).get(taken).get(claimed).op("i32.add").memory("i32.atomic.rmw.cmpxchg", 4);
            code.get(taken).op("i32.ne").brIf(again);
            code.get(start).get(taken).op("i32.add").tee(start).get(start).get(claimed).op("i32.add", "return");
          });
        });
        code.get(others).i32(1).op("i32.add").set(others).br(next);
      });
    });
    code.i32(0).i32(0);
  });
}

/**
 * Writes (control, marks, count, units): adds `count` complete units to a stage; if all `units` are complete, wakes the threads that
 * sleep.
 */
function writeComplete(module: Module): WasmFunction {
  const i32 = "i32" as const;
  const signature = { parameters: [i32, i32, i32, i32], results: [] };
  return module.function("complete", signature, (code, block, marks, count, units) => {
    code.get(marks).get(count).memory("i32.atomic.rmw.add").get(count).op("i32.add").get(units).op("i32.eq");
    code.if(() => {
      code.get(block).i32(1).memory("i32.atomic.rmw.add", control.pulse).op("drop");
      // A thread that goes to sleep first counts itself among the sleepers and then compares the pulse, so one of both sees the other.
      code.get(block).memory("i32.atomic.load", control.sleepers);
      code.if(() => code.get(block).i32(-1).memory("memory.atomic.notify", control.pulse).op("drop"));
    });
  });
}

/** Writes (control, marks, units) → 0 as soon as all units of a stage are complete, or the reason to stop waiting. */
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
        .i64(BigInt(sliceMs) * 1_000_000n)
        .memory("memory.atomic.wait32", control.pulse);
      code.get(block).i32(-1).memory("i32.atomic.rmw.add", control.sleepers).op("drop");
      // 2 means that the slice has passed. If the pulse and the count have not changed in it, there was no progress.
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
