/**
 * The syntax tree of WDL 1.0 and 1.1, one shape for both.
 *
 * Every node knows where it stands. Nodes are plain frozen-by-convention data: the checker and the evaluator attach
 * nothing to them, so one tree can be shared by many runs.
 */

/** The language versions that AWE reads. `development-1.1` is read as 1.1 (Cromwell before 92). */
export type WdlVersion = "1.0" | "1.1";

/** A place in a document. Lines and columns count from 1; `offset` and `end` are UTF-16 positions in the text. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly end: number;
}

/** A name as written, with its place. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

/* Types as written */

/** A type as written in a document. */
export type TypeNode =
  | {
      readonly kind: "primitive";
      readonly name: "Boolean" | "Int" | "Float" | "String" | "File" | "Directory" | "Object";
      readonly optional: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "array";
      readonly item: TypeNode;
      readonly nonEmpty: boolean;
      readonly optional: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "map";
      readonly key: TypeNode;
      readonly value: TypeNode;
      readonly optional: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "pair";
      readonly left: TypeNode;
      readonly right: TypeNode;
      readonly optional: boolean;
      readonly span: Span;
    }
  | { readonly kind: "struct"; readonly name: string; readonly optional: boolean; readonly span: Span };

/* Expressions */

/** A binary operator as written. */
export type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%";

/** The options of a placeholder: `~{sep=", " x}`. Each is an expression that gives a string. */
export interface PlaceholderOptions {
  readonly sep?: Expr;
  readonly true?: Expr;
  readonly false?: Expr;
  readonly default?: Expr;
}

/** One `~{…}` or `${…}` of a string or command. */
export interface Placeholder {
  readonly kind: "placeholder";
  readonly options: PlaceholderOptions;
  readonly expr: Expr;
  readonly span: Span;
}

/** Text with placeholders. `parts` holds decoded text (escapes done in strings, raw bytes in commands). */
export interface Template {
  readonly parts: readonly (string | Placeholder)[];
  readonly span: Span;
}

/** An expression. */
export type Expr =
  | { readonly kind: "boolean"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "int"; readonly value: number; readonly span: Span }
  | { readonly kind: "float"; readonly value: number; readonly span: Span }
  | { readonly kind: "none"; readonly span: Span }
  | { readonly kind: "string"; readonly template: Template; readonly span: Span }
  | { readonly kind: "name"; readonly name: string; readonly span: Span }
  | { readonly kind: "array"; readonly items: readonly Expr[]; readonly span: Span }
  | {
      readonly kind: "map";
      readonly entries: readonly { readonly key: Expr; readonly value: Expr }[];
      readonly span: Span;
    }
  | { readonly kind: "pair"; readonly left: Expr; readonly right: Expr; readonly span: Span }
  /** `object { a: 1 }`. */
  | {
      readonly kind: "object";
      readonly members: readonly { readonly name: Name; readonly value: Expr }[];
      readonly span: Span;
    }
  /** `Person { name: "x" }` (1.1). */
  | {
      readonly kind: "struct";
      readonly struct: Name;
      readonly members: readonly { readonly name: Name; readonly value: Expr }[];
      readonly span: Span;
    }
  | { readonly kind: "unary"; readonly operator: "!" | "-" | "+"; readonly operand: Expr; readonly span: Span }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expr;
      readonly right: Expr;
      readonly span: Span;
    }
  | {
      readonly kind: "if";
      readonly condition: Expr;
      readonly whenTrue: Expr;
      readonly whenFalse: Expr;
      readonly span: Span;
    }
  | { readonly kind: "call"; readonly function: Name; readonly arguments: readonly Expr[]; readonly span: Span }
  | { readonly kind: "member"; readonly object: Expr; readonly member: Name; readonly span: Span }
  | { readonly kind: "index"; readonly object: Expr; readonly index: Expr; readonly span: Span };

/* Declarations and sections */

/** `Int x = 1`; without `value` only in input sections and structs. */
export interface Declaration {
  readonly kind: "declaration";
  readonly type: TypeNode;
  readonly name: Name;
  readonly value?: Expr;
  readonly span: Span;
}

/** A value of `meta` and `parameter_meta`: JSON-like, no expressions. */
export type MetaValue = string | number | boolean | null | readonly MetaValue[] | { readonly [key: string]: MetaValue };

/** `struct Name { … }`. */
export interface StructNode {
  readonly kind: "struct";
  readonly name: Name;
  readonly members: readonly Declaration[];
  readonly span: Span;
}

/** `import "uri" as ns alias A as B`. */
export interface ImportNode {
  readonly kind: "import";
  readonly uri: string;
  /** Given by `as`, else the file's name without `.wdl`. */
  readonly namespace: Name;
  readonly aliases: readonly { readonly from: Name; readonly to: Name }[];
  readonly span: Span;
}

/** `task name { … }`. */
export interface TaskNode {
  readonly kind: "task";
  readonly name: Name;
  readonly inputs: readonly Declaration[];
  /** Private declarations, in the order written; evaluated by dependency. */
  readonly declarations: readonly Declaration[];
  /** As written, with indentation: see `dedent` for what is run. */
  readonly command: Template;
  readonly runtime: readonly { readonly name: Name; readonly value: Expr }[];
  readonly outputs: readonly Declaration[];
  readonly meta: Readonly<Record<string, MetaValue>>;
  readonly parameterMeta: Readonly<Record<string, MetaValue>>;
  readonly span: Span;
}

/** `call ns.task as alias after other { input: … }`. */
export interface CallNode {
  readonly kind: "call";
  /** `["task"]` or `["namespace", "task"]`. */
  readonly target: readonly Name[];
  /** The alias, else the last part of `target`: what the body refers to. */
  readonly name: Name;
  readonly after: readonly Name[];
  /** A pass-through (`input: x`) has a `name` expression as its value. */
  readonly inputs: readonly { readonly name: Name; readonly value: Expr }[];
  readonly span: Span;
}

/** `scatter (x in xs) { … }`. */
export interface ScatterNode {
  readonly kind: "scatter";
  readonly variable: Name;
  readonly collection: Expr;
  readonly body: readonly BodyNode[];
  readonly span: Span;
}

/** `if (condition) { … }`. */
export interface ConditionalNode {
  readonly kind: "conditional";
  readonly condition: Expr;
  readonly body: readonly BodyNode[];
  readonly span: Span;
}

/** What a workflow's body, a scatter or a conditional holds. */
export type BodyNode = Declaration | CallNode | ScatterNode | ConditionalNode;

/** `workflow name { … }`. */
export interface WorkflowNode {
  readonly kind: "workflow";
  readonly name: Name;
  readonly inputs: readonly Declaration[];
  readonly body: readonly BodyNode[];
  /** Absent where no output section is written: then all calls' outputs are the workflow's. */
  readonly outputs?: readonly Declaration[];
  readonly meta: Readonly<Record<string, MetaValue>>;
  readonly parameterMeta: Readonly<Record<string, MetaValue>>;
  readonly span: Span;
}

/** One WDL file, parsed. Its imports are not resolved: see `imports.ts`. */
export interface WdlDocument {
  readonly version: WdlVersion;
  readonly imports: readonly ImportNode[];
  readonly structs: readonly StructNode[];
  readonly tasks: readonly TaskNode[];
  readonly workflow?: WorkflowNode;
}
