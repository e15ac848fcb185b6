import { describe } from "vitest";

import { describeCalls } from "../store/calls.contract.ts";
import { describeControl } from "../store/control.contract.ts";
import type { Database } from "../store/fixture.ts";
import { describeLabels } from "../store/labels.contract.ts";
import { describeListing } from "../store/listing.contract.ts";
import { describeMoves } from "../store/moves.contract.ts";
import { describeOpening } from "../store/opening.contract.ts";
import { describePlans } from "../store/plans.contract.ts";
import { describeRaces } from "../store/races.contract.ts";
import { describeRecords } from "../store/records.contract.ts";
import { describeSubmit } from "../store/submit.contract.ts";

/**
 * What AWE's records promise, whatever database they lie in: the specification of `src/store/store.ts`.
 *
 * `make` gives an empty database to each test.
 */
export function describeStore(name: string, make: () => Promise<Database>): void {
  describe(`the store on ${name}`, () => {
    describeOpening(make);
    describeRecords(make);
    describeSubmit(make);
    describeMoves(make);
    describeCalls(make);
    describeLabels(make);
    describeListing(make);
    describeControl(make);
    describePlans(make);
    describeRaces(make);
  });
}
