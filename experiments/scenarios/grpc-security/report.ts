// What the scenario found, as tables.

import pc from "picocolors";
import { renderTable } from "../../../testbed/measure/table.ts";
import { METHODS } from "./callers.ts";
import type { StepReport } from "./scenario.ts";

export function renderStep({
  title,
  ackedMs,
  callers,
  attacks,
  load,
  wouldRefuse,
}: StepReport): string {
  const columns = [
    { title: "caller" },
    ...METHODS.map(({ name }) => ({ title: name, align: "right" as const })),
  ];
  const rows = callers.map(({ caller, statuses, expected }) => [
    caller,
    ...statuses.map((status, index) =>
      status === expected[index] ? status : pc.red(`${status}!`),
    ),
  ]);
  const gotIn = attacks.filter(({ status }) => status === 0).length;
  const lines = [
    ackedMs.length > 0 &&
      `REST to ACK   ${ackedMs.map((ms) => `${ms.toFixed(0)} ms`).join(", ")}`,
    `authorised    ${load.calls} calls, ${load.failed.length} failed`,
    `attacks       ${attacks.length} tried, ${gotIn} got in`,
    wouldRefuse > 0 &&
      `in shadow     ${wouldRefuse} of these callers' calls would have been refused`,
  ];
  return [
    pc.bold(title),
    renderTable(columns, rows),
    ...lines.filter(Boolean).map((line) => `  ${line}`),
    "",
  ]
    .join("\n")
    .trimStart();
}

export function renderVerdict(
  reports: readonly StepReport[],
  faults: readonly string[],
): string {
  if (faults.length > 0)
    return faults.map((fault) => pc.red(`  ✗ ${fault}`)).join("\n");
  const calls = reports.reduce((sum, { load }) => sum + load.calls, 0);
  return pc.green(
    `  ✓ ${calls} authorised calls while switches were turned: none failed, and where a check was on no attack got in`,
  );
}
