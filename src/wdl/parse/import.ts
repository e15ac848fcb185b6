import type { ImportNode, Name } from "../ast.ts";
import type { Scanner } from "./scanner.ts";
import { parsePlainString } from "./string.ts";

/** Reads `import "uri" as namespace alias A as B`, whose keyword is known to come next. */
export function parseImport(s: Scanner): ImportNode {
  const start = s.peek();
  s.takeKeyword("import");
  const code = s.code();
  if (code !== 34 && code !== 39) {
    const hint = 'An import is written `import "tools/align.wdl" as align`.';
    s.fail("syntax", `Expected the quoted name of a document after \`import\`, but found ${s.found()}.`, hint);
  }
  const quoted = s.peek();
  const uri = parsePlainString(s);
  const uriSpan = s.span(quoted);
  const placeholder = /[~$]\{/.exec(uri);
  if (placeholder !== null) {
    const hint = "What is imported has to be known before anything runs.";
    s.fail("syntax", "The name of an imported document cannot hold placeholders.", hint, uriSpan);
  }
  const namespace = s.takeKeyword("as")
    ? s.name("the namespace after `as`")
    : { text: namespaceOf(uri), span: uriSpan };
  const aliases: { from: Name; to: Name }[] = [];
  while (s.takeKeyword("alias")) {
    const from = s.name("the name of an imported struct after `alias`");
    if (!s.takeKeyword("as")) {
      const hint = `Write \`alias ${from.text} as NewName\`.`;
      s.fail("syntax", `Expected \`as\` after \`alias ${from.text}\`, but found ${s.found()}.`, hint);
    }
    aliases.push({ from, to: s.name("the new name of the struct after `as`") });
  }
  return { kind: "import", uri, namespace, aliases, span: s.span(start) };
}

/** The file's name without `.wdl`. */
function namespaceOf(uri: string): string {
  const path = uri.replace(/[?#].*$/s, "");
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.wdl$/, "");
}
