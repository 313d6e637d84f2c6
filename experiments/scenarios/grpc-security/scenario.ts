// The scenario: a testbed of its own, and on it one step after the other, under authorised calls that must never fail.

import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { SwitchyardError } from "../../../core/errors.ts";
import type { ProcessGroup } from "../../../processes/process-group.ts";
import {
  startTestbed,
  type Testbed,
  type TestbedNode,
} from "../../../testbed/testbed.ts";
import { METHODS, statusOf } from "./callers.ts";
import { type Cast, castOf } from "./cast.ts";
import { AuthorisedLoad, type LoadCount } from "./load.ts";
import { STEPS, type Step } from "./steps.ts";

const FLEET = "edge";
/** Seconds for which connections of a replaced listener may go on. */
const DRAIN_SECONDS = 2;
const POLL_MS = 50;

export interface ScenarioOptions {
  /** Envoys, each on an address of its own. */
  readonly envoys: number;
  /** Authorised calls before and after each turn, beside those during it. */
  readonly callsAround: number;
  readonly onStep?: (report: StepReport) => void;
}

export interface StepReport {
  readonly title: string;
  /** From each REST call to its answer, which comes when the whole fleet has ACKed, in milliseconds. */
  readonly ackedMs: readonly number[];
  readonly callers: readonly CallerReport[];
  readonly attacks: readonly {
    readonly name: string;
    readonly status: number;
    readonly isFault: boolean;
  }[];
  /** Authorised calls while it went on. */
  readonly load: LoadCount;
  /** Calls that rules in shadow mode would have refused, as Envoys count them. */
  readonly wouldRefuse: number;
}

export interface CallerReport {
  readonly caller: string;
  /** In the order of METHODS. */
  readonly statuses: readonly number[];
  readonly expected: readonly number[];
}

interface Stage {
  readonly testbed: Testbed;
  readonly nodes: readonly TestbedNode[];
  readonly cast: Cast;
  readonly load: AuthorisedLoad;
  readonly callsAround: number;
}

/** Plays all steps; every process that it starts is in `group`. @throws SwitchyardError where the fleet does not take a turn */
export async function playScenario(
  group: ProcessGroup,
  folder: string,
  { envoys, callsAround, onStep = () => {} }: ScenarioOptions,
): Promise<readonly StepReport[]> {
  // Certificates reach Envoys over mutual TLS only.
  const fleets = new Map([[FLEET, envoys]]);
  const testbed = await startTestbed(group, {
    ...{ folder, fleets, backends: 2, security: true, mtls: true },
    drainSeconds: DRAIN_SECONDS,
  });
  const { security } = testbed;
  if (security === undefined)
    throw new SwitchyardError("internal", "the testbed has no issuer");
  const cast = await castOf(
    join(folder, "certs"),
    join(folder, "strangers"),
    security.issuer.tokens,
  );
  const nodes = testbed.fleets.get(FLEET) ?? [];
  const load = new AuthorisedLoad(
    nodes.map(({ target }) => target),
    cast.authorised.token,
  );
  await load.goOn();
  const reports: StepReport[] = [];
  try {
    for (const step of STEPS) {
      const report = await play(
        { testbed, nodes, cast, load, callsAround },
        step,
      );
      onStep(report);
      reports.push(report);
    }
    return reports;
  } finally {
    await load.stop();
  }
}

async function play(stage: Stage, step: Step): Promise<StepReport> {
  const { testbed, nodes, cast, load, callsAround } = stage;
  const counted = load.count();
  await load.further(callsAround);
  const ackedMs: number[] = [];
  for (const { change, loadMovesTo } of step.turns) {
    ackedMs.push(await turn(testbed, nodes, change));
    if (loadMovesTo !== undefined)
      await load.goOn(
        loadMovesTo === "tls" ? cast.authorised.identity : undefined,
      );
  }
  // Counted from here on: what a chain has counted goes with it.
  const shadowed = await wouldRefuse(nodes);
  const callers = await callersOf(stage, step);
  const refusedInShadow = (await wouldRefuse(nodes)) - shadowed;
  const attacks = await attacksOf(stage, step);
  await load.further(callsAround);
  return {
    title: step.title,
    ackedMs,
    callers,
    attacks,
    load: since(counted, load.count()),
    wouldRefuse: refusedInShadow,
  };
}

async function turn(
  { rest }: Testbed,
  nodes: readonly TestbedNode[],
  change: object,
): Promise<number> {
  const begun = performance.now();
  const { outcome } = await rest.patchConfig({ fleets: { [FLEET]: change } });
  const ackedMs = performance.now() - begun;
  if (outcome !== "synced")
    throw new SwitchyardError(
      "process-failed",
      `the fleet is not there: ${outcome}`,
    );
  await Promise.all(nodes.map(untilReplaced));
  return ackedMs;
}

/**
 * An ACK is not the end: a listener may wait for keys or certificates first, its workers take it up later still, and then
 * connections stay with what they came in by until that has drained.
 */
async function untilReplaced({ envoy }: TestbedNode): Promise<void> {
  while ((await envoy.admin.draining()) === 0) await setTimeout(POLL_MS);
  while ((await envoy.admin.draining()) > 0) await setTimeout(POLL_MS);
}

/** Each caller calls each method at each Envoy; what differs between Envoys is told as the one that is not as expected. */
async function callersOf(
  { nodes, cast }: Stage,
  step: Step,
): Promise<readonly CallerReport[]> {
  return Promise.all(
    cast.callers.map(async (caller) => {
      const expected: readonly number[] = step.expected[caller.name] ?? [];
      const statuses = await Promise.all(
        METHODS.map(async (method, index) => {
          const all = await Promise.all(
            nodes.map(({ target }) =>
              statusOf(target, caller, method, step.tls),
            ),
          );
          return (
            all.find((status) => status !== expected[index]) ?? all[0] ?? -1
          );
        }),
      );
      return { caller: caller.name, statuses, expected };
    }),
  );
}

async function attacksOf(
  { nodes, cast }: Stage,
  step: Step,
): Promise<StepReport["attacks"]> {
  const [method] = METHODS;
  const target = nodes[0]?.target ?? "";
  const attackers = cast.attackers.map((attacker) => ({
    ...attacker,
    ...(step.attackers === "nobody" && { identity: cast.nobody }),
  }));
  const attacks = attackers.map(async (attacker) => ({
    name: attacker.name,
    status: await statusOf(target, attacker, method, step.tls),
  }));
  if (step.tls && !step.open) {
    const caller = { ...cast.authorised, name: "plaintext" };
    const status = statusOf(target, caller, method, false);
    attacks.push(
      status.then((status) => ({ name: "a good token in plaintext", status })),
    );
  }
  return (await Promise.all(attacks)).map((attack) => ({
    ...attack,
    isFault: (attack.status === 0) !== step.open,
  }));
}

async function wouldRefuse(nodes: readonly TestbedNode[]): Promise<number> {
  const counts = await Promise.all(
    nodes.map(({ envoy }) => envoy.admin.stats("rbac.*shadow_denied$")),
  );
  return counts
    .flatMap((count) => [...count.values()])
    .reduce((sum, count) => sum + count, 0);
}

function since(before: LoadCount, after: LoadCount): LoadCount {
  return {
    calls: after.calls - before.calls,
    failed: after.failed.slice(before.failed.length),
  };
}

/** What is not as it must be, in sentences. */
export function findFaults(reports: readonly StepReport[]): readonly string[] {
  return reports.flatMap(({ title, callers, attacks, load }) => [
    ...callers.flatMap(({ caller, statuses, expected }) =>
      statuses.flatMap((status, index) =>
        status === expected[index]
          ? []
          : [
              `${title}: ${caller} gets ${status} of ${METHODS[index]?.name}, not ${expected[index]}`,
            ],
      ),
    ),
    ...attacks
      .filter(({ isFault }) => isFault)
      .map(({ name, status }) => `${title}: "${name}" gets ${status}`),
    ...(load.failed.length > 0
      ? [`${title}: ${load.failed.length} authorised calls failed`]
      : []),
  ]);
}
