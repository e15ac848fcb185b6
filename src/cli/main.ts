import { AweError } from "#src/errors.ts";
import type { CommandSpec, Context } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { CliError, EXIT, usage, type ExitCode } from "./exit.ts";
import { parseGiven } from "./given.ts";
import { terminalOf } from "./terminal.ts";

/** Finds the command that the arguments begin with. */
function commandOf(args: readonly string[]): { readonly spec: CommandSpec; readonly rest: readonly string[] } {
  for (const words of [2, 1]) {
    const spec = COMMANDS.find(({ name }) => name === args.slice(0, words).join(" "));
    if (spec) return { spec, rest: args.slice(words) };
  }
  const [word = ""] = args;
  const family = COMMANDS.filter(({ name }) => name.startsWith(`${word} `)).map(({ name }) => `awe ${name}`);
  const message = family.length > 0 ? `awe ${word} is one of: ${family.join(", ")}.` : `awe has no command ${word}.`;
  throw usage(message, "See: awe help");
}

async function help(context: Context, topic: readonly string[]): Promise<ExitCode> {
  const { overview, commandHelp } = await import("./help.ts");
  context.out.write(topic.length === 0 ? overview(COMMANDS) : commandHelp(commandOf(topic).spec));
  return EXIT.ok;
}

async function start(context: Context, args: readonly string[]): Promise<ExitCode> {
  const [first] = args;
  if (first === undefined) {
    await help({ ...context, out: context.err }, []);
    return EXIT.usage;
  }
  if (first === "help" || first === "--help" || first === "-h") return help(context, args.slice(1));
  if (first === "version" || first === "--version") {
    const { VERSION } = await import("#src/version.ts");
    context.out.line(VERSION);
    return EXIT.ok;
  }
  const { spec, rest } = commandOf(args);
  const end = rest.indexOf("--");
  const options = end < 0 ? rest : rest.slice(0, end);
  if (options.includes("--help") || options.includes("-h")) return help(context, spec.name.split(" "));
  const given = parseGiven(spec, rest);
  const { run } = await spec.load();
  return run(context, given);
}

/** Says what went wrong, on the standard error; with `--json` the server's own answer goes to the standard output. */
async function complain({ out, err }: Context, thrown: unknown, json: boolean): Promise<number> {
  const { findingLines } = await import("./findings.ts");
  if (thrown instanceof CliError || thrown instanceof AweError) {
    const { findings, message } = thrown;
    if (json && thrown instanceof CliError && thrown.body !== undefined) out.line(JSON.stringify(thrown.body, null, 2));
    const said = findings.length > 0 ? findingLines(findings, err) : [message];
    err.line(`${err.paint("awe:", "red", "bold")} ${said.join("\n")}`);
    if (thrown instanceof AweError) return EXIT.usage;
    if (thrown.hint !== undefined) err.line(thrown.hint);
    return thrown.exit;
  }
  if (isSystemError(thrown)) {
    err.line(`${err.paint("awe:", "red", "bold")} ${thrown.message}`);
    return EXIT.usage;
  }
  err.line(`awe failed, which is a fault of its own: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  // EX_SOFTWARE of sysexits.h.
  return 70;
}

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && "syscall" in thrown && "code" in thrown;
}

const context: Context = {
  env: process.env,
  out: terminalOf("stdout", process.env),
  err: terminalOf("stderr", process.env),
};
const args = process.argv.slice(2);
try {
  process.exitCode = await start(context, args);
} catch (thrown) {
  process.exitCode = await complain(context, thrown, args.includes("--json"));
}
