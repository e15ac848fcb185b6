import { errorText } from "../../errors.ts";
import { describeProgram } from "../../wdl/describe.ts";
import type { Description } from "../../wdl/describe.ts";
import type { Diagnostic } from "../../wdl/diagnostics.ts";
import { checkInputs } from "../../wdl/inputs/check-inputs.ts";
import { loadProgram } from "../../wdl/load.ts";
import { fetchDocument } from "../run/load.ts";
import { json, refusal } from "./answers.ts";
import { readForm } from "./multipart.ts";
import type { FormParts } from "./multipart.ts";
import type { Routes } from "./router.ts";

/** Womtool's description of a document. What is wrong with the document is part of it; unknown parts are ignored. */
export function describeRoutes(): Routes {
  return {
    "/api/womtool/:version/describe": {
      POST: async (context) => {
        const parts = await readForm(context.req);
        const source = parts.get("workflowSource")?.toString("utf8");
        const url = parts.get("workflowUrl")?.toString("utf8");
        if (source === undefined && url === undefined) {
          return refusal(400, "fail", "Either workflow source or url has to be supplied");
        }
        if (source !== undefined && url !== undefined) {
          return refusal(400, "fail", "Both workflow source and url can't be supplied");
        }
        return json(await describe(source, url, parts));
      },
    },
  };
}

async function describe(
  source: string | undefined,
  url: string | undefined,
  parts: FormParts,
): Promise<Description | ReturnType<typeof invalid>> {
  try {
    const main = url ?? "main.wdl";
    const program = await loadProgram(main, async (file) => {
      if (file === main && source !== undefined) return source;
      return /^https?:/i.test(file) ? await fetchDocument(file) : undefined;
    });
    return describeProgram(program, inputFindings(program, parts.get("workflowInputs")?.toString("utf8")));
  } catch (thrown) {
    return invalid(errorText(thrown));
  }
}

function inputFindings(program: Parameters<typeof checkInputs>[0], text: string | undefined): readonly Diagnostic[] {
  if (text === undefined || text.trim() === "" || !program.main.document.workflow) return [];
  try {
    const inputs: unknown = JSON.parse(text);
    if (typeof inputs === "object" && inputs !== null && !Array.isArray(inputs)) {
      return checkInputs(program, inputs as Record<string, unknown>);
    }
    return [wrongInputs("inputs are no JSON object")];
  } catch (thrown) {
    return [wrongInputs(errorText(thrown))];
  }
}

function wrongInputs(message: string): Diagnostic {
  return { severity: "error", rule: "inputs-json", message };
}

/** The description of what could not be read at all. */
function invalid(error: string) {
  return {
    valid: false,
    errors: [error],
    validWorkflow: false,
    name: "",
    inputs: [],
    outputs: [],
    images: [],
    submittedDescriptorType: {},
    importedDescriptorTypes: [],
    meta: {},
    parameterMeta: {},
    isRunnableWorkflow: false,
  };
}
