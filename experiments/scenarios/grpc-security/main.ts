// Runs the scenario, prints each step as it comes, and ends with 0 where all was as it must be.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SwitchyardError } from "../../../core/errors.ts";
import { interruption } from "../../../processes/interruption.ts";
import { ProcessGroup } from "../../../processes/process-group.ts";
import { renderStep, renderVerdict } from "./report.ts";
import { findFaults, playScenario } from "./scenario.ts";

const print = (text: string) => process.stdout.write(`${text}\n`);

async function run(): Promise<number> {
  const { envoys, calls } = parseArgs({
    options: {
      envoys: { type: "string", default: "3" },
      calls: { type: "string", default: "300" },
    },
  }).values;
  const group = new ProcessGroup();
  const folder = await mkdtemp(join(tmpdir(), "switchyard-"));
  const play = async () => {
    const reports = await playScenario(group, folder, {
      envoys: Number(envoys),
      callsAround: Number(calls),
      onStep: (report) => print(renderStep(report)),
    });
    const faults = findFaults(reports);
    print(renderVerdict(reports, faults));
    return faults.length === 0 ? 0 : 1;
  };
  try {
    return await Promise.race([play(), interruption()]);
  } finally {
    await group.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const code = await run().catch((thrown: unknown) => {
  process.stderr.write(`${SwitchyardError.from(thrown).message}\n`);
  return 1;
});
process.exit(code);
