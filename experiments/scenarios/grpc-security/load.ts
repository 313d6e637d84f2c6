// Authorised calls that never stop while switches are turned: each that fails is one that a user would have noticed.

import { setTimeout } from "node:timers/promises";
import { CallCount } from "../../../testbed/load/call-count.ts";
import {
  callOn,
  type Identity,
  METHODS,
  metadataOf,
  openChannel,
} from "./callers.ts";

const [UNARY] = METHODS;
/** Calls under way at once to each Envoy, and the pause of each between two. */
const WORKERS = 2;
const PAUSE_MS = 5;

export interface LoadCount {
  readonly calls: number;
  /** Statuses of those that failed. */
  readonly failed: readonly number[];
}

/** Calls to each target with one token, in plaintext or over TLS. */
export class AuthorisedLoad {
  readonly #targets: readonly string[];
  readonly #token: string;
  readonly #failed: number[] = [];
  readonly #calls = new CallCount();
  #end = async () => {};

  constructor(targets: readonly string[], token: string) {
    this.#targets = targets;
    this.#token = token;
  }

  /** Goes on so from here; what went on before ends once the new calls go through. */
  async goOn(identity?: Identity): Promise<void> {
    const end = this.#end;
    this.#end = this.#start(identity);
    await this.further(this.#targets.length * WORKERS);
    await end();
  }

  /** Resolves once so many further calls have ended. */
  further(calls: number): Promise<void> {
    return this.#calls.further(calls);
  }

  count(): LoadCount {
    return { calls: this.#calls.ended, failed: [...this.#failed] };
  }

  async stop(): Promise<void> {
    await this.#end();
  }

  #start(identity?: Identity): () => Promise<void> {
    let isRunning = true;
    const clients = this.#targets.map((target) =>
      openChannel(target, identity),
    );
    const work = async (client: (typeof clients)[number]) => {
      while (isRunning) {
        this.#tell(
          await callOn(client, metadataOf({ token: this.#token }), UNARY),
        );
        await setTimeout(PAUSE_MS);
      }
    };
    const workers = clients.flatMap((client) =>
      Array.from({ length: WORKERS }, () => work(client)),
    );
    return async () => {
      isRunning = false;
      await Promise.all(workers);
      for (const client of clients) client.close();
    };
  }

  #tell(status: number): void {
    if (status !== 0) this.#failed.push(status);
    this.#calls.tell();
  }
}
