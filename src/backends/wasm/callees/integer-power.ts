// base ** exponent modulo 2³² by repeated squaring, as in the op table. With a negative exponent the power of ±1 is ±1, and that of any
// other base is 0.
import type { Module, Function as WasmFunction } from "../assembler/assembler.ts";

/** Writes the function (base, exponent) -> base ** exponent. */
export function writeIntegerPower(module: Module): WasmFunction {
  return module.function("integerPower", { parameters: ["i32", "i32"], results: ["i32"] }, (code, base, exponent) => {
    const result = code.local("i32");
    code.i32(1).set(result);
    // ±1 is its own inverse; the inverse of any other number is not an integer.
    const negative = () => {
      code
        .get(base)
        .i32(1)
        .op("i32.eq")
        .get(base)
        .i32(-1)
        .op("i32.eq", "i32.or")
        .if(
          () => code.i32(0).get(exponent).op("i32.sub").set(exponent),
          () => code.i32(0).set(result).i32(0).set(exponent),
        );
    };
    code.get(exponent).i32(0).op("i32.lt_s").if(negative);
    code.block((done) => {
      code.loop((again) => {
        code.get(exponent).op("i32.eqz").brIf(done);
        code
          .get(exponent)
          .i32(1)
          .op("i32.and")
          .if(() => code.get(result).get(base).op("i32.mul").set(result));
        code.get(base).get(base).op("i32.mul").set(base);
        code.get(exponent).i32(1).op("i32.shr_u").set(exponent).br(again);
      });
    });
    code.get(result);
  });
}
