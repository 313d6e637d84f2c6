// A message as JSON for a log: only the fields that a mask selects, none that is sensitive, and none that is long.

import {
  create,
  type DescField,
  type DescMessage,
  type JsonValue,
  type Message,
  type MessageInitShape,
  type Registry,
  toJson,
} from '@bufbuild/protobuf'
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import { type Any, AnySchema, anyPack, anyUnpack } from '@bufbuild/protobuf/wkt'
import type { MaskTree } from './field-mask.ts'
import { isSensitive } from './sensitive-field.ts'

export interface MessageLimits {
  /** Bytes of a field of bytes, and characters of a text. */
  readonly fieldLength: number
  /** Of a repeated field or a map. */
  readonly items: number
}

export interface LoggableMessage {
  readonly payload: JsonValue
  /** Paths of fields that had a value and were left out, because they are sensitive or of a type that is not known. */
  readonly redacted: readonly string[]
  /** Paths of fields that were cut. */
  readonly truncated: readonly string[]
}

export interface Selection {
  /** Absent: all fields. */
  readonly mask?: MaskTree
  readonly limits: MessageLimits
  /** The types that an `Any` may have; of any other, nobody knows what is sensitive. */
  readonly registry: Registry
}

/** A copy: the message itself stays as it is. A mask never selects a sensitive field. */
export function loggableMessage(
  desc: DescMessage,
  message: MessageInitShape<DescMessage>,
  { mask, limits, registry }: Selection,
): LoggableMessage {
  const copying = new Copying(limits, registry)
  const source = reflect(desc, create(desc, message as MessageInitShape<DescMessage>))
  const copy = copying.message(source, mask, '')
  return {
    payload: copy === undefined ? {} : toJson(desc, copy.message, { registry, useProtoFieldName: true }),
    redacted: [...copying.redacted],
    truncated: [...copying.truncated],
  }
}

class Copying {
  readonly redacted = new Set<string>()
  readonly truncated = new Set<string>()
  readonly #limits: MessageLimits
  readonly #registry: Registry

  constructor(limits: MessageLimits, registry: Registry) {
    this.#limits = limits
    this.#registry = registry
  }

  /** Undefined: it is an `Any` of an unknown type. */
  message(source: ReflectMessage, mask: MaskTree | undefined, at: string): ReflectMessage | undefined {
    if (source.desc.typeName === AnySchema.typeName) return this.#any(source.message as Any, mask, at)
    const target = reflect(source.desc)
    for (const field of source.fields) {
      const isSelected = mask === undefined || mask.has(field.name)
      if (!isSelected || !source.isSet(field)) continue
      const path = at === '' ? field.name : `${at}.${field.name}`
      if (isSensitive(field)) this.redacted.add(path)
      else this.#field(source, target, field, mask?.get(field.name), path)
    }
    return target
  }

  #field(
    source: ReflectMessage,
    target: ReflectMessage,
    field: DescField,
    mask: MaskTree | undefined,
    path: string,
  ): void {
    if (field.fieldKind === 'list') {
      const to = target.get(field)
      let items = 0
      for (const item of source.get(field)) {
        if (items === this.#limits.items) return void this.truncated.add(path)
        items += 1
        const copy =
          field.listKind === 'message'
            ? this.message(item as ReflectMessage, mask, path)
            : this.#cut(item, path)
        if (copy !== undefined) to.add(copy)
      }
    } else if (field.fieldKind === 'map') {
      const to = target.get(field)
      let items = 0
      for (const [key, value] of source.get(field)) {
        if (items === this.#limits.items) return void this.truncated.add(path)
        items += 1
        const copy =
          field.mapKind === 'message'
            ? this.message(value as ReflectMessage, mask, path)
            : this.#cut(value, path)
        if (copy !== undefined) to.set(key, copy)
      }
    } else if (field.fieldKind === 'message') {
      const copy = this.message(source.get(field), mask, path)
      if (copy !== undefined) target.set(field, copy)
    } else target.set(field, this.#cut(source.get(field), path))
  }

  #cut(value: unknown, path: string): unknown {
    const { fieldLength } = this.#limits
    const isLong = (typeof value === 'string' || value instanceof Uint8Array) && value.length > fieldLength
    if (!isLong) return value
    this.truncated.add(path)
    return typeof value === 'string'
      ? value.slice(0, fieldLength).toWellFormed()
      : value.subarray(0, fieldLength)
  }

  #any(any: Any, mask: MaskTree | undefined, at: string): ReflectMessage | undefined {
    const desc = this.#registry.getMessage(any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1))
    const content: Message | undefined = desc && anyUnpack(any, this.#registry)
    const copy = desc && content && this.message(reflect(desc, content), mask, at)
    if (desc === undefined || copy === undefined) {
      this.redacted.add(at)
      return undefined
    }
    return reflect(AnySchema, anyPack(desc, copy.message))
  }
}
