// How an input gets to the thread that evaluates it: through shared memory, for which the thread waits. A message would wake its
// event loop, which takes about as long as the evaluation.

/** Views of memory that both threads have. */
export interface InputMemory {
  /** The number of bytes of an input; 0 while there is no new one. */
  readonly length: Int32Array<SharedArrayBuffer>
  /** JSON. It grows as inputs need. */
  readonly bytes: SharedArrayBuffer
  /** When the evaluation in progress began, in nanoseconds of `process.hrtime`; 0 between evaluations. */
  readonly startedAt: BigInt64Array<SharedArrayBuffer>
}

const FIRST_BYTES = 64 * 1024
/** What a check of Envoy has is smaller. Memory is used only once an input needs it. */
const MOST_BYTES = 64 * 1024 * 1024
/** Its place in `length` and in `startedAt`. */
const ONLY = 0

export function createInputMemory(): InputMemory {
  return {
    length: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    bytes: new SharedArrayBuffer(FIRST_BYTES, { maxByteLength: MOST_BYTES }),
    startedAt: new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)),
  }
}

/** Wakes the thread, which has no input. @returns whether it fits */
export function putInput({ length, bytes }: InputMemory, input: object): boolean {
  const json = Buffer.from(JSON.stringify(input))
  if (json.length > MOST_BYTES) return false
  if (json.length > bytes.byteLength) bytes.grow(json.length)
  new Uint8Array(bytes).set(json)
  Atomics.store(length, ONLY, json.length)
  Atomics.notify(length, ONLY)
  return true
}

/** Blocks this thread until it has an input. Its time counts from then on. */
export function takeInput({ length, bytes, startedAt }: InputMemory): ArrayBuffer {
  Atomics.wait(length, ONLY, 0)
  Atomics.store(startedAt, ONLY, process.hrtime.bigint())
  const input = new ArrayBuffer(Atomics.exchange(length, ONLY, 0))
  new Uint8Array(input).set(new Uint8Array(bytes, 0, input.byteLength))
  return input
}

export function markFinished({ startedAt }: InputMemory): void {
  Atomics.store(startedAt, ONLY, 0n)
}

/** Milliseconds that the evaluation in progress has taken; 0 between evaluations. */
export function elapsedMs({ startedAt }: InputMemory): number {
  const start = Atomics.load(startedAt, ONLY)
  return start === 0n ? 0 : Number(process.hrtime.bigint() - start) / 1e6
}
