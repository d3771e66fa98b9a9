// All entry points, in a program whose types know neither pages nor Node.
import * as chainrule from "chainrule";
import * as compiler from "chainrule/compiler";
import * as data from "chainrule/data";
import * as distributions from "chainrule/distributions";
import * as io from "chainrule/io";
import * as model from "chainrule/model";
import * as node from "chainrule/node";
import * as scalar from "chainrule/scalar";
import * as train from "chainrule/train";

export { chainrule, compiler, data, distributions, io, model, node, scalar, train };
