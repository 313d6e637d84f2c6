// Changes of a version that somebody could make, most of them mistakes, as edits of its file.

export interface Change {
  readonly id: string
  /** For people. `code` only. */
  readonly title: string
  /** The version that it changes. */
  readonly of: string
  /** Texts of its file, and what replaces them. */
  readonly edits: readonly (readonly [before: string, after: string])[]
  /** What programs of the new version send instead of the sample, by field number. */
  readonly sends?: Readonly<Record<number, number>>
}

const COUPON = '  // A discount code.\n  string coupon = 4;\n'
const RESERVED = '  reserved 4;\n  reserved "coupon";\n\n'
const QUANTITY = '  int32 quantity = 3;'
const NOTE = '  // For the courier.\n  string note = 6;\n'

export const CHANGES: readonly Change[] = [
  {
    id: 'presence-added',
    title: 'presence added: `int32 quantity` to `optional int32 quantity`',
    of: 'v5',
    edits: [[QUANTITY, '  optional int32 quantity = 3;']],
  },
  {
    id: 'number-reused',
    title: 'number reused: `string coupon = 4` to `int32 points = 4`',
    of: 'v3',
    edits: [[COUPON, '  // Collected points.\n  int32 points = 4;\n']],
  },
  {
    id: 'removed-unreserved',
    title: 'removed without `reserved`: `coupon = 4`',
    of: 'v3',
    edits: [[COUPON, '']],
  },
  {
    id: 'reserved-used',
    title: 'a reserved number used: `int32 points = 4`',
    of: 'v5',
    edits: [[QUANTITY, `${QUANTITY}\n  // Collected points.\n  int32 points = 4;`]],
  },
  { id: 'reserved-removed', title: '`reserved` taken back', of: 'v5', edits: [[RESERVED, '']] },
  {
    id: 'type-same-wire',
    title: 'type changed, same wire type: `int32 quantity` to `sint32`',
    of: 'v5',
    edits: [[QUANTITY, '  sint32 quantity = 3;']],
  },
  {
    id: 'type-other-wire',
    title: 'type changed, other wire type: `int32 quantity` to `string`',
    of: 'v5',
    edits: [[QUANTITY, '  string quantity = 3;']],
  },
  {
    id: 'type-wider',
    title: 'type widened: `int32 quantity` to `int64`',
    of: 'v5',
    edits: [[QUANTITY, '  int64 quantity = 3;']],
    sends: { 3: 5_000_000_000 },
  },
  {
    id: 'repeated',
    title: 'made repeated: `string note` to `repeated string note`',
    of: 'v5',
    edits: [['  string note = 6;', '  repeated string note = 6;']],
  },
  {
    id: 'into-oneof',
    title: 'moved into a `oneof` with `card`: `note = 6`',
    of: 'v5',
    edits: [
      [NOTE, ''],
      ['    string card = 7;', '    string card = 7;\n    // For the courier.\n    string note = 6;'],
    ],
  },
  {
    id: 'renamed-in-json',
    title: 'renamed without `json_name`: `customer = 2` to `customer_name = 2`',
    of: 'v2',
    edits: [['  string customer = 2;', '  string customer_name = 2;']],
  },
  {
    id: 'enum-renumbered',
    title: 'enum values swapped: `SHIPPED` and `RETURNED`',
    of: 'v5',
    edits: [
      ['ORDER_STATUS_SHIPPED = 2', 'ORDER_STATUS_SHIPPED = 3'],
      ['ORDER_STATUS_RETURNED = 3', 'ORDER_STATUS_RETURNED = 2'],
    ],
  },
  {
    id: 'enum-value-removed',
    title: 'enum value removed: `RETURNED = 3`',
    of: 'v5',
    edits: [['  // Sent back.\n  ORDER_STATUS_RETURNED = 3;\n', '']],
  },
  {
    id: 'method-renamed',
    title: 'method renamed: `PlaceOrder` to `KeepOrder`',
    of: 'v5',
    edits: [['rpc PlaceOrder(', 'rpc KeepOrder(']],
  },
]

/** @throws Error if an edit is not possible: the file of the version has changed */
export function applyChange({ id, edits }: Change, text: string): string {
  return edits.reduce((edited, [before, after]) => {
    if (!edited.includes(before)) throw new Error(`change ${id}: the file does not have "${before}"`)
    return edited.replace(before, after)
  }, text)
}
