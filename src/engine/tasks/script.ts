import type { AttemptFolder } from "./attempt-folder.ts";
import { bootId } from "./processes.ts";

/** Quotes text for bash, whatever it holds. */
function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The script of an attempt.
 *
 * It starts with an empty environment and descriptors 0 to 2 on /dev/null; descriptor 3, which the command does not get,
 * leads to the engine and carries `token` when the script ends, if only with a syntax error in the command. No process is started but the command's own.
 *
 * The engine turns `rc.tmp` into `rc` by a rename, so that no process is spent on `mv`: that is a quarter of the cost of
 * a short task.
 */
export function scriptText(
  folder: AttemptFolder,
  command: string,
  environment: Readonly<Record<string, string>>,
  token: string,
): string {
  const variables = {
    ...environment,
    TMPDIR: folder.temporary,
    _JAVA_OPTIONS: `-Djava.io.tmpdir=${folder.temporary}`,
  };
  return `#!/bin/bash
# Whoever creates the file pid does the work, everybody else leaves: an attempt runs once.
read -r -a stat < /proc/self/stat
set -C
echo "$$ \${stat[21]} ${bootId()}" > ${shellQuote(folder.claim)} || exit 75
set +C
unset stat

cd ${shellQuote(folder.execution)} || exit 74
${Object.entries(variables)
  .map(([name, value]) => `export ${name}=${shellQuote(value)}`)
  .join("\n")}
trap 'echo ${token} >&3' EXIT
exec > stdout 2> stderr
(
:
${command}
) 3>&-
echo $? > rc.tmp
`;
}
