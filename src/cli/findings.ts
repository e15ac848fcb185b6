import type { Finding } from "#src/errors.ts";
import { printable, type Terminal } from "./terminal.ts";

/** Findings as `file:line:column message`, each with its hint on a line of its own. */
export function findingLines(findings: readonly Finding[], { paint }: Pick<Terminal, "paint">): string[] {
  return findings.flatMap(({ message, file, line, column, hint }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(":");
    const head = place === "" ? "" : `${paint(printable(place), "bold")} `;
    const text = printable(message).replaceAll("\n", "\n  ");
    return [`${head}${text}`, ...(hint === undefined ? [] : [`  ${paint("hint:", "blue")} ${printable(hint)}`])];
  });
}
