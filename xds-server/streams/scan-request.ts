// Reads requests in place, without a message object: nearly every request is an ACK of three short texts, and one that reconnects
// may report a version for each of ten thousand resources. What is unusual is left to protobuf-es.

import { EMPTY_LIST, InternTable, type SharedList, shareList } from '../../core/memo.ts'
import { canonicalName } from '../snapshot/xdstp-name.ts'
import { noteSpelling } from '../type-state/spellings.ts'

/** The field numbers of one kind of request. Each field is a text, a message or a map, so its tag has one byte. */
export interface RequestLayout {
  readonly node: number
  readonly typeUrl: number
  readonly nonce: number
  /** `resource_names` or `resource_names_subscribe`. */
  readonly names: number
  readonly version?: number
  readonly unsubscribe?: number
  readonly initialVersions?: number
}

export interface ScannedRequest {
  /** Undefined if the request carries none. */
  node: Buffer | undefined
  typeUrl: string
  nonce: string
  names: SharedList<string>
  version: string
  readonly unsubscribe: string[]
  initialVersions: ReadonlyMap<string, string>
}

/** The last list of names of each type that a client has sent. A repeated one is recognized by its bytes. */
export interface SentLists {
  readonly at: (
    place: number,
  ) => { readonly request: { readonly lastResourceNames: SharedList<string> } } | undefined
}

export const NO_LISTS: SentLists = []

/** Of nearly all requests. */
const NO_VERSIONS: ReadonlyMap<string, string> = new Map()

const LENGTH_DELIMITED = 2

/** A field with a length, as most are: its number and where its content begins and ends. */
interface Part {
  field: number
  start: number
  end: number
}

/**
 * @param sent what this client sent before
 * @returns undefined if the request has something unusual, which may be an error: then protobuf-es has to read it
 */
export function scanRequest(
  bytes: Buffer,
  layout: RequestLayout,
  sent: SentLists,
): ScannedRequest | undefined {
  const found: ScannedRequest = {
    node: undefined,
    typeUrl: '',
    nonce: '',
    names: EMPTY_LIST,
    version: '',
    unsubscribe: [],
    initialVersions: NO_VERSIONS,
  }
  const part: Part = { field: 0, start: 0, end: 0 }
  for (let at = 0; at < bytes.length; at = part.end) {
    if (!readPart(bytes, at, bytes.length, part)) return undefined
    if (part.field === layout.names) {
      // Every known client writes the names of a request one after another.
      if (found.names !== EMPTY_LIST) return undefined
      const names = readNames(bytes, at, layout.names, sent, part)
      if (names === undefined) return undefined
      found.names = names
    } else if (!readField(bytes, layout, part, found)) return undefined
  }
  return found
}

/** Reads one field that is no list of names. Returns false if it is unusual. */
function readField(
  bytes: Buffer,
  layout: RequestLayout,
  { field, start, end }: Part,
  found: ScannedRequest,
): boolean {
  switch (field) {
    case layout.typeUrl:
      found.typeUrl = bytes.toString('utf8', start, end)
      return isText(found.typeUrl)
    case layout.nonce:
      found.nonce = bytes.toString('utf8', start, end)
      return isText(found.nonce)
    case layout.version:
      found.version = bytes.toString('utf8', start, end)
      return isText(found.version)
    case layout.initialVersions:
      return readVersion(bytes, start, end, versionsOf(found))
    case layout.unsubscribe: {
      const name = bytes.toString('utf8', start, end)
      found.unsubscribe.push(canonicalName(name))
      return isText(name)
    }
    case layout.node:
      // Two messages in one field would have to be merged.
      if (found.node !== undefined) return false
      found.node = bytes.subarray(start, end)
      return true
    default:
      return false
  }
}

/** Invalid UTF-8 is an error, which protobuf-es tells from a text that has this character. */
function isText(text: string): boolean {
  return !text.includes('\uFFFD')
}

/** Reads tag and length. Returns false if the field has no length, or is longer than what is left. */
function readPart(bytes: Buffer, at: number, limit: number, part: Part): boolean {
  const tag = bytes[at] ?? 0
  if (tag > 0x7f || (tag & 7) !== LENGTH_DELIMITED) return false
  let length = 0
  let position = at + 1
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[position]
    // A length of more than four bytes is longer than any request.
    if (byte === undefined || shift > 21) return false
    position += 1
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  part.field = tag >> 3
  part.start = position
  part.end = position + length
  return part.end <= limit
}

/** A message without one of its fields. It is left as it is if it has something unusual. */
export function withoutField(bytes: Buffer, field: number): Buffer {
  const part: Part = { field: 0, start: 0, end: 0 }
  const kept: Buffer[] = []
  let keptFrom = 0
  for (let at = 0; at < bytes.length; at = part.end) {
    if (!readPart(bytes, at, bytes.length, part)) return bytes
    if (part.field !== field) continue
    if (at > keptFrom) kept.push(bytes.subarray(keptFrom, at))
    keptFrom = part.end
  }
  if (keptFrom === 0) return bytes
  kept.push(bytes.subarray(keptFrom))
  return Buffer.concat(kept)
}

function versionsOf(found: ScannedRequest): Map<string, string> {
  if (found.initialVersions === NO_VERSIONS) found.initialVersions = new Map()
  return found.initialVersions as Map<string, string>
}

/** Reads an entry of `initial_resource_versions`: a name and then its version. */
function readVersion(bytes: Buffer, start: number, end: number, versions: Map<string, string>): boolean {
  if (!readPart(bytes, start, end, namePart) || !readPart(bytes, namePart.end, end, versionPart)) return false
  const name = bytes.toString('utf8', namePart.start, namePart.end)
  const version = bytes.toString('utf8', versionPart.start, versionPart.end)
  const canonical = canonicalName(name)
  versions.set(canonical, version)
  if (canonical !== name) noteSpelling(versions, canonical, name)
  const isEntry = namePart.field === 1 && versionPart.field === 2 && versionPart.end === end
  return isEntry && isText(name) && isText(version)
}

// Used again for each of thousands of entries.
const namePart: Part = { field: 0, start: 0, end: 0 }
const versionPart: Part = { field: 0, start: 0, end: 0 }

/** The names in their one spelling, with a note of how they were written. */
export function canonicalList(written: readonly string[]): SharedList<string> {
  const list = shareList(written.map(canonicalName))
  for (const [index, name] of list.entries()) {
    const one = written[index] ?? name
    if (one !== name) noteSpelling(list, name, one)
  }
  return list
}

/** The names from `at` on, as far as they follow each other; `part` becomes the last of them. */
function readNames(
  bytes: Buffer,
  at: number,
  field: number,
  sent: SentLists,
  part: Part,
): SharedList<string> | undefined {
  const repeated = findRepeated(bytes, at, sent)
  if (repeated !== undefined) {
    const end = at + (namesTable.bytesOf(repeated)?.length ?? 0)
    if (bytes[end] !== bytes[at]) {
      part.end = end
      return repeated
    }
  }
  let end = part.end
  while (bytes[end] === bytes[at]) {
    if (!readPart(bytes, end, bytes.length, part)) return undefined
    end = part.end
  }
  part.field = field
  return namesTable.intern(bytes.subarray(at, end))
}

function namesIn(region: Uint8Array): SharedList<string> {
  const bytes = Buffer.from(region.buffer, region.byteOffset, region.byteLength)
  const part: Part = { field: 0, start: 0, end: 0 }
  const names: string[] = []
  for (let at = 0; at < bytes.length && readPart(bytes, at, bytes.length, part); at = part.end)
    names.push(bytes.toString('utf8', part.start, part.end))
  return canonicalList(names)
}

/** The lists of names that clients have sent, by their bytes. A list stays for as long as a stream holds it. */
const namesTable = new InternTable(namesIn)

function findRepeated(bytes: Buffer, at: number, sent: SentLists): SharedList<string> | undefined {
  for (let place = 0; ; place += 1) {
    const one = sent.at(place)
    if (one === undefined) return undefined
    const { lastResourceNames: names } = one.request
    const known = namesTable.bytesOf(names)
    if (known?.equals(bytes.subarray(at, at + known.length))) return names
  }
}
