import { describeStore } from "../contract/store.contract.ts";
import { newSqliteDatabase } from "./sqlite-database.ts";

describeStore("SQLite", newSqliteDatabase);
