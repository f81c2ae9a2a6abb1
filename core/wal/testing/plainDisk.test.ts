import { diskContract } from "../disk.contract.ts";
import { PlainDisk } from "./plainDisk.ts";

diskContract("the plain disk", () => new PlainDisk());
