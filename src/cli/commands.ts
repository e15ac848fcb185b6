import type { CommandSpec } from "./command.ts";
import type { OptionSpec } from "./given.ts";

const SERVER: readonly OptionSpec[] = [
  { name: "server", value: "URL", says: "The AWE server, instead of AWE_URL" },
  { name: "token-file", value: "FILE", says: "A file of mode 600 with the token, instead of AWE_TOKEN" },
];
const JSON_OPTION: OptionSpec = { name: "json", says: "Print the server's JSON" };

/** Every command, in the order of `awe help`. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "token",
    operands: "",
    says: "Print a token of this machine's own issuer, and nothing else",
    more: "Needs no server, only the right to read its state folder (AWE_DATA, by default ./.awe).",
    options: [
      { name: "user", value: "NAME", says: "Whose token it is; needed" },
      { name: "lab", value: "NAME", says: "The user's lab" },
      { name: "admin", says: "The token of an administrator" },
      {
        name: "ttl",
        value: "TIME",
        says: "How long it lasts, such as 90m, 8h (if nothing is said) or 7d; 31d at most",
      },
    ],
    examples: [
      'export AWE_TOKEN="$(npx awe token --user alice)"',
      "npx awe token --user alice --lab genomics --ttl 30m",
    ],
    load: () => import("./commands/token.ts"),
  },
  {
    name: "submit",
    operands: "NAME",
    says: "Start a run of a workflow",
    more:
      "A folder is packed here and sent with its commit; a repository is fetched by the server. Relative files that --inputs " +
      "names are uploaded if they are there; absolute paths and addresses are the engine's to open. Without any source the " +
      "workflow's stored source runs again.",
    options: [
      { name: "repo", value: "URL|FOLDER", says: "A Git repository over http(s), or a folder on this machine" },
      { name: "ref", value: "REF", says: "Branch, tag or commit of the repository, or of the folder's" },
      { name: "path", value: "PATH", says: "The workflow's folder, or its WDL file, inside of it" },
      { name: "wdl", value: "FILE", says: "A WDL file on this machine, with what it imports" },
      { name: "url", value: "URL", says: "The address of a WDL file" },
      { name: "inputs", value: "FILE", says: "Inputs, JSON or YAML, over those that the source brings" },
      { name: "options", value: "FILE", says: "Cromwell's workflow options, JSON or YAML" },
      { name: "label", value: "TEXT", says: "Free text to know the run by" },
      { name: "labels", value: "KEY=VALUE", repeats: true, says: "Labels; several may be parted by commas" },
      { name: "hold", says: "Accept it, and start it at `awe release`" },
      { name: "ensemble", value: "NAME", says: "The ensemble that the run belongs to" },
      { name: "priority", value: "NUMBER", says: "Higher goes first; 0 if nothing is said" },
      { name: "wait", says: "Follow the run to its end, as `awe status --wait` does" },
      JSON_OPTION,
      ...SERVER,
    ],
    examples: [
      "npx awe submit hello --repo examples/hello --wait",
      "npx awe submit kallisto --repo https://git.example.org/lab/rna.git --ref v2.1 --path kallisto --inputs in.json",
    ],
    load: () => import("./commands/submit.ts"),
  },
  {
    name: "status",
    operands: "NAME",
    says: "Show the newest run of a workflow: its calls, outputs and failures",
    options: [
      { name: "wait", says: "Follow it to its end; a run that failed or was aborted exits with 1" },
      JSON_OPTION,
      ...SERVER,
    ],
    examples: ["npx awe status hello --wait", "npx awe status hello --json"],
    load: () => import("./commands/status.ts"),
  },
  {
    name: "list",
    operands: "",
    says: "List runs, newest first",
    more: "In a pipe: name, phase, time of submission, id and label of a run on each line, parted by tabs.",
    options: [
      { name: "phase", value: "PHASE", repeats: true, says: "Only these, such as running or failed" },
      { name: "name", value: "NAME", says: "Only runs of this workflow" },
      { name: "label", value: "KEY[:VALUE]", repeats: true, says: "Only runs that have all these labels" },
      { name: "user", value: "NAME", says: "Another user's runs, or everybody's with '*'; for administrators" },
      { name: "limit", value: "NUMBER", says: "At most so many, 1 to 500; 50 if nothing is said" },
      { name: "all", says: "All of them, however many" },
      JSON_OPTION,
      ...SERVER,
    ],
    examples: ["npx awe list", "npx awe list --phase running --phase failed --label project:rna --all"],
    load: () => import("./commands/list.ts"),
  },
  {
    name: "outputs",
    operands: "NAME",
    says: "Show the outputs of the newest run, or bring its files here",
    options: [
      { name: "download", value: "DIR", says: "Save every output that is a file into this folder" },
      JSON_OPTION,
      ...SERVER,
    ],
    examples: ["npx awe outputs hello", "npx awe outputs word-count --download results"],
    load: () => import("./commands/outputs.ts"),
  },
  {
    name: "logs",
    operands: "NAME [CALL]",
    says: "Print what the calls of the newest run wrote to their standard output",
    more: "CALL is a call's key, such as count-3, or its name, such as count; without it all calls are printed.",
    options: [
      { name: "stderr", says: "What they wrote to their standard error" },
      { name: "follow", says: "Go on until the run has ended" },
      ...SERVER,
    ],
    examples: ["npx awe logs hello", "npx awe logs word-count count-1 --stderr --follow"],
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "abort",
    operands: "NAME",
    says: "Abort the newest run of a workflow",
    options: [JSON_OPTION, ...SERVER],
    examples: ["npx awe abort hello"],
    load: () => import("./commands/abort.ts"),
  },
  {
    name: "release",
    operands: "NAME",
    says: "Let a run go that was submitted with --hold",
    options: [JSON_OPTION, ...SERVER],
    examples: ["npx awe release hello"],
    load: () => import("./commands/release.ts"),
  },
  {
    name: "check",
    operands: "FILE",
    says: "Check a WDL file with everything it imports, and its inputs",
    more:
      "Needs no server and no network. The source's root, above which nothing can be imported, is the Git work tree " +
      "that holds the file, else the current folder if it does, else the file's own folder.",
    options: [
      { name: "inputs", value: "FILE", says: "Check these inputs, JSON or YAML, as well" },
      { name: "json", says: "Print the findings as JSON" },
    ],
    examples: ["npx awe check main.wdl --inputs inputs.json"],
    load: () => import("./commands/check.ts"),
  },
  {
    name: "demo",
    operands: "",
    says: "Run the three examples, one after the other, and show them",
    more: "Uses the server if one answers and takes the token; else it starts one for as long as it takes.",
    options: [...SERVER],
    examples: ["npx awe demo"],
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "serve",
    operands: "",
    says: "Start the gateway; settings come from the environment",
    options: [],
    examples: ["AWE_PORT=8081 npx awe serve"],
    load: () => import("./commands/serve.ts"),
  },
  {
    name: "engine",
    operands: "",
    says: "Start the embedded engine alone, with Cromwell's REST API and without users",
    more: "Whoever can reach the port can run anything as you: keep it on loopback.",
    options: [
      { name: "port", value: "PORT", says: "Where it listens; 8000 if nothing is said, 0 for any that is free" },
      { name: "host", value: "HOST", says: "The address it listens on; 127.0.0.1 if nothing is said" },
      { name: "root", value: "DIR", says: "The folder of its state and its runs; needed" },
    ],
    examples: ["npx awe engine --port 8000 --root runs"],
    load: () => import("./commands/engine.ts"),
  },
  {
    name: "credentials put",
    operands: "HOST",
    says: "Store a password or access token for private repositories of a Git host",
    more: "The password is asked for, or read from the standard input; it is never an argument and never shown again.",
    options: [{ name: "user", value: "NAME", says: "User name at the Git host; needed" }, JSON_OPTION, ...SERVER],
    examples: ["npx awe credentials put git.example.org --user alice < token.txt"],
    load: () => import("./commands/credentials-put.ts"),
  },
  {
    name: "credentials list",
    operands: "",
    says: "List the Git hosts with a stored credential",
    options: [JSON_OPTION, ...SERVER],
    examples: ["npx awe credentials list"],
    load: () => import("./commands/credentials-list.ts"),
  },
  {
    name: "credentials delete",
    operands: "HOST",
    says: "Forget the credential of a Git host",
    options: [...SERVER],
    examples: ["npx awe credentials delete git.example.org"],
    load: () => import("./commands/credentials-delete.ts"),
  },
  {
    name: "me",
    operands: "",
    says: "Show who the server takes you for, and how your engine stands",
    options: [JSON_OPTION, ...SERVER],
    examples: ["npx awe me"],
    load: () => import("./commands/me.ts"),
  },
];
