// Watches the functions by which JavaScript copies bytes, for as long as something runs.

export interface Copy {
  /** Such as `Buffer.concat`. */
  readonly by: string
  /** The function that called it, with its package or file. */
  readonly caller: string
  readonly bytes: number
}

// biome-ignore lint/suspicious/noExplicitAny: functions of any kind are wrapped, whatever they take
type AnyFunction = (...args: any[]) => any
type Owner = Record<string, AnyFunction>

interface Watched {
  readonly name: string
  readonly owner: object
  readonly key: string
  readonly bytesOf: (result: unknown, args: readonly unknown[]) => number
}

const lengthOf = (value: unknown) => (value instanceof Uint8Array ? value.byteLength : 0)

const WATCHED: readonly Watched[] = [
  { name: 'Buffer.concat', owner: Buffer, key: 'concat', bytesOf: lengthOf },
  {
    ...{ name: 'Buffer.from', owner: Buffer, key: 'from' },
    // Of an ArrayBuffer it makes a view.
    bytesOf: (_, [source]) => lengthOf(source),
  },
  {
    ...{ name: 'buffer.copy', owner: Buffer.prototype, key: 'copy' },
    bytesOf: (copied) => (typeof copied === 'number' ? copied : 0),
  },
  {
    ...{ name: 'array.set', owner: Uint8Array.prototype, key: 'set' },
    bytesOf: (_, [source]) => lengthOf(source),
  },
  {
    ...{ name: 'array.slice', owner: Uint8Array.prototype, key: 'slice' },
    bytesOf: lengthOf,
  },
]

/** @param least bytes of a copy that is worth a line */
export async function copiesDuring(run: () => Promise<void>, least: number): Promise<readonly Copy[]> {
  const copies: Copy[] = []
  const restore = WATCHED.map(({ name, owner, key, bytesOf }) => {
    const own = Object.hasOwn(owner, key)
    const original = (owner as Owner)[key] as AnyFunction
    const watching = function (this: unknown, ...args: unknown[]) {
      const result = original.apply(this, args)
      const bytes = bytesOf(result, args)
      if (bytes >= least) copies.push({ by: name, caller: callerOf(new Error().stack ?? ''), bytes })
      return result
    }
    Object.defineProperty(owner, key, { value: watching, configurable: true, writable: true })
    return () => {
      if (own) Object.defineProperty(owner, key, { value: original, configurable: true, writable: true })
      else Reflect.deleteProperty(owner, key)
    }
  })
  try {
    await run()
  } finally {
    for (const one of restore) one()
  }
  return copies
}

/** Such as `BinaryWriter.finish (protobuf)`: the first line of a stack that is neither this file nor Node. */
function callerOf(stack: string): string {
  const lines = stack.split('\n').slice(1)
  const line = lines.find((one) => !one.includes('watch-copies') && !one.includes('node:')) ?? ''
  const [, name = '', place = ''] = /at (?:async )?(\S+) \(?(.*?):\d+:\d+\)?$/.exec(line.trim()) ?? []
  const owner = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(place)?.[1] ?? place.split('/').at(-1)
  return `${name} (${owner})`
}
