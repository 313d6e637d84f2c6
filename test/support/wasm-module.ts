// A module for Envoy that sets a header on each call, written as bytes, so that no compiler is needed.
// https://webassembly.github.io/spec/core/binary/modules.html, https://github.com/proxy-wasm/spec

const I32 = 0x7f
const [FUNCTION, MEMORY] = [0x00, 0x02]

const text = (value: string) => [value.length, ...Buffer.from(value)]
const vector = (...items: readonly number[][]) => [items.length, ...items.flat()]
const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >> 7)]
const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content]
const type = (params: number, results: number) => [
  0x60,
  ...vector(...Array.from({ length: params }, () => [I32])),
  ...vector(...Array.from({ length: results }, () => [I32])),
]
const signed = (value: number) => (value < 0x40 ? [value] : [(value & 0x7f) | 0x80, value >> 7])
const constant = (value: number) => [0x41, ...signed(value)]
const body = (...instructions: readonly number[][]) => {
  const code = [0, ...instructions.flat(), 0x0b]
  return [...unsigned(code.length), ...code]
}

/** Where its allocations are; it has one at a time. */
const FREE = 1_024
const REQUEST_HEADERS = 0
const UNREACHABLE = [0x00]

/** @param crashes whether it ends in a trap at the headers of a call instead */
export function headerModule(name: string, value: string, crashes = false): Uint8Array {
  const addHeader = [
    ...constant(REQUEST_HEADERS),
    ...[...constant(0), ...constant(name.length)],
    ...[...constant(name.length), ...constant(value.length)],
    ...[0x10, 0, 0x1a],
  ]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(type(0, 0), type(2, 0), type(3, 1), type(5, 1), type(1, 1))),
    ...section(2, vector([...text('env'), ...text('proxy_add_header_map_value'), FUNCTION, 3])),
    ...section(3, vector([0], [1], [2], [4])),
    ...section(5, vector([0, 1])),
    ...section(
      7,
      vector(
        [...text('memory'), MEMORY, 0],
        [...text('proxy_abi_version_0_2_1'), FUNCTION, 1],
        [...text('proxy_on_context_create'), FUNCTION, 2],
        [...text('proxy_on_request_headers'), FUNCTION, 3],
        [...text('proxy_on_memory_allocate'), FUNCTION, 4],
      ),
    ),
    ...section(
      10,
      vector(
        body(),
        body(),
        crashes ? body(UNREACHABLE) : body(addHeader, constant(0)),
        body(constant(FREE)),
      ),
    ),
    ...section(11, vector([0, ...constant(0), 0x0b, ...text(name + value)])),
  ])
}
