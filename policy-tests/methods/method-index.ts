// The methods of the user's protos: found by name, and their messages encoded from JSON.

import { resolve } from 'node:path'
import {
  create,
  createRegistry,
  type DescMessage,
  type DescMethod,
  fromJson,
  type JsonValue,
  type Registry,
  toBinary,
} from '@bufbuild/protobuf'
import type { PlacedProblem } from '../../control-plane/document/problem.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { joinRegistries, loadSchema } from '../../protobuf/load-schema.ts'
import { unknownName } from '../suite/check-names.ts'
import type { Suite } from '../suite/read-suite.ts'

export interface MethodIndex {
  /** Undefined if the protos have no such method. @param name such as `shop.Orders/Get` */
  find(name: string): DescMethod | undefined
  /** Of all methods. */
  readonly names: readonly string[]
  /** For messages inside of `google.protobuf.Any`. */
  readonly registry: Registry
}

/** Reads the protos and descriptor sets of a test file. @throws SwitchyardError `invalid-argument` with all that cannot be read */
export function readMethods({ settings, folder, toProblems }: Suite): MethodIndex {
  const problems: PlacedProblem[] = []
  const read = (list: 'protos' | 'descriptors') =>
    (settings[list] ?? []).flatMap((path, index) => {
      try {
        return [loadSchema(resolve(folder, path))]
      } catch (error) {
        problems.push({ steps: [list, String(index)], message: SwitchyardError.from(error).message })
        return []
      }
    })
  const registries = [...read('protos'), ...read('descriptors')]
  if (problems.length > 0) {
    const message = 'the methods of the calls cannot be read'
    throw new SwitchyardError('invalid-argument', message, { problems: toProblems(problems) })
  }
  return indexMethods(registries.length === 0 ? createRegistry() : joinRegistries(registries))
}

export function indexMethods(registry: Registry): MethodIndex {
  const methods = new Map<string, DescMethod>()
  for (const type of registry) {
    if (type.kind !== 'service') continue
    for (const method of type.methods) methods.set(`${type.typeName}/${method.name}`, method)
  }
  return { find: (name) => methods.get(name), names: [...methods.keys()], registry }
}

/** What goes over the wire for a call of a test file. */
export interface EncodedCall {
  readonly path: string
  readonly messages: readonly Uint8Array[]
  /** What the upstream answers. */
  readonly answer: Uint8Array
}

/** A call as bytes, or what keeps it from being encoded. */
export function encodeCall(
  index: MethodIndex,
  name: string,
  { method: wanted, path, message = {}, backend }: Suite['calls'][string],
): EncodedCall | { readonly problems: readonly PlacedProblem[] } {
  const nothing = new Uint8Array()
  if (wanted === undefined) return { path: path ?? '/', messages: [nothing], answer: nothing }
  const method = index.find(wanted)
  const steps = ['calls', name]
  if (method === undefined) {
    return { problems: [unknownName([...steps, 'method'], 'method', wanted, index.names)] }
  }
  const problems: PlacedProblem[] = []
  const encode = (at: readonly string[], type: DescMessage, json: unknown) => {
    try {
      return toBinary(type, fromJson(type, json as JsonValue, { registry: index.registry }))
    } catch (error) {
      problems.push({ steps: [...steps, ...at], message: messageOf(error) })
      return nothing
    }
  }
  const isClientStream = method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming'
  if (Array.isArray(message) && !isClientStream) {
    problems.push({ steps: [...steps, 'message'], message: `is a list, but ${wanted} takes one message` })
  }
  const messages = [message]
    .flat()
    .map((one, at) =>
      encode(Array.isArray(message) ? ['message', String(at)] : ['message'], method.input, one),
    )
  const answer =
    backend?.answer === undefined
      ? toBinary(method.output, create(method.output))
      : encode(['backend', 'answer'], method.output, backend.answer)
  return problems.length > 0 ? { problems } : { path: `/${wanted}`, messages, answer }
}

/** In the words of the library, without the name of the message before it. */
function messageOf(error: unknown): string {
  return `is not a message of this method: ${error instanceof Error ? error.message : String(error)}`
}
