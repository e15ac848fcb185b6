import type { Environment } from "../environment.ts";
import type { Eventual } from "../eventual.ts";
import type { Value } from "../values.ts";
import { FILES } from "./files.ts";
import { ARRAYS } from "./pure/arrays.ts";
import { MAPS } from "./pure/maps.ts";
import { NUMBERS } from "./pure/numbers.ts";
import { OPTIONALS } from "./pure/optionals.ts";
import { STRINGS } from "./pure/strings.ts";

/** What a function of WDL does with its arguments. Which version has it, and with which types, is the checker's matter. */
export type Implementation = (values: readonly Value[], env: Environment) => Eventual<Value>;

/** Every function of WDL 1.0 and 1.1 by its name. */
export const FUNCTIONS: ReadonlyMap<string, Implementation> = new Map<string, Implementation>(
  Object.entries({ ...NUMBERS, ...STRINGS, ...ARRAYS, ...MAPS, ...OPTIONALS, ...FILES }),
);
