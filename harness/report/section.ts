// The parts of a report, as data. Each kind has a drawing for the page and a form in Markdown.

export type Section =
  | TextSection
  | TableSection
  | SharesSection
  | CurvesSection
  | BarsSection
  | LinesSection
  | HeatmapSection
  | TimelineSection
  | SequenceSection
  | LanesSection
  | BytesSection

interface Common {
  readonly title: string
  /** What part of the report it belongs to, such as `Deadlines`. Sections of one part follow each other. Default: none. */
  readonly part?: string
  /** What the reader should see in it, with the figures of this run. Markdown's `code` and **bold** only. */
  readonly says?: string
}

export interface TextSection extends Common {
  readonly kind: 'text'
  readonly paragraphs: readonly string[]
}

export type Cell = string | number | undefined

export interface TableColumn {
  readonly title: string
  /** Of numbers: decimals, and the unit in the head. Numbers are aligned right, and sort by value. */
  readonly decimals?: number
  readonly unit?: string
}

export interface TableSection extends Common {
  readonly kind: 'table'
  readonly columns: readonly TableColumn[]
  readonly rows: readonly (readonly Cell[])[]
}

/** How calls are spread over backends: a group of bars for each line, with the noise floor. */
export interface SharesSection extends Common {
  readonly kind: 'shares'
  readonly lines: readonly {
    readonly label: string
    readonly shares: Readonly<Record<string, number>>
    /** What even would be, by backend, in calls. Default: the same for all. */
    readonly even?: Readonly<Record<string, number>>
  }[]
}

/** Latencies: as cumulative distributions, and by percentile up to p99.99. */
export interface CurvesSection extends Common {
  readonly kind: 'curves'
  readonly curves: readonly {
    readonly label: string
    /** HDR histograms in base64; several rounds are added up. */
    readonly histograms: readonly string[]
  }[]
}

/** One value for each label, with its rounds as an interval. */
export interface BarsSection extends Common {
  readonly kind: 'bars'
  readonly unit: string
  /** Below it, values cannot be told apart from nothing. */
  readonly noiseFloor?: number
  readonly bars: readonly {
    readonly label: string
    /** By round. */
    readonly values: readonly number[]
  }[]
}

/** One value over another, such as throughput over concurrency. */
export interface LinesSection extends Common {
  readonly kind: 'lines'
  readonly x: { readonly title: string; readonly unit?: string; readonly scale: 'linear' | 'log' }
  readonly y: { readonly title: string; readonly unit?: string; readonly scale: 'linear' | 'log' }
  readonly lines: readonly {
    readonly label: string
    readonly points: readonly (readonly [x: number, y: number])[]
  }[]
  /** Whether points are joined in their order, so that a curve may bend back. Default: from the lowest x. */
  readonly inOrder?: boolean
  /** Vertical lines with a label, such as where a limit is reached. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[]
}

/** A value for each row and column, with a shade by its size. */
export interface HeatmapSection extends Common {
  readonly kind: 'heatmap'
  readonly unit: string
  /** How values become shades. `log`: values that differ by a factor; those up to 0 get the lightest. */
  readonly scale: 'linear' | 'log'
  /** Whether rows are compared with each other, or only the cells of one column. Default: all cells have one scale. */
  readonly by?: 'column'
  readonly columns: readonly string[]
  readonly rows: readonly {
    readonly label: string
    /** By column; undefined where nothing was measured. */
    readonly cells: readonly (HeatmapCell | undefined)[]
  }[]
}

export interface HeatmapCell {
  readonly value: number
  /** Whether its rounds differ so much that the value says little: it gets a mark. */
  readonly isNoisy?: boolean
}

/** Values over time as a heat map: a row for each series, with marks for what happened. */
export interface TimelineSection extends Common {
  readonly kind: 'timeline'
  readonly unit: string
  readonly rows: readonly {
    readonly label: string
    /** Milliseconds and value. */
    readonly points: readonly (readonly [atMs: number, value: number])[]
  }[]
  readonly marks: readonly { readonly atMs: number; readonly label: string }[]
}

/** What two sides sent each other, and when: arrows between two lifelines, a row for each event. */
export interface SequenceSection extends Common {
  readonly kind: 'sequence'
  readonly actors: readonly [left: string, right: string]
  /** In any order. */
  readonly steps: readonly {
    readonly label: string
    /** The actor that sends it. The other one receives it. */
    readonly from: string
    /** Milliseconds. Absent: nobody sent it, and the receiver decided or concluded it by itself. */
    readonly sentMs?: number
    /** Absent: it never arrived. */
    readonly receivedMs?: number
  }[]
}

/** A connection over time: a lane for each stream, and a mark for each frame. */
export interface LanesSection extends Common, LanesPicture {
  readonly kind: 'lanes'
}

export interface LanesPicture {
  /** The connection first, then streams in the order in which they began. */
  readonly lanes: readonly Lane[]
  /** What senders may still send, below the lanes. */
  readonly windows?: readonly {
    /** Such as `stream 1, server may send`. */
    readonly label: string
    readonly points: readonly (readonly [atMs: number, bytes: number])[]
  }[]
}

export interface Lane {
  /** Such as `stream 3 · Unary`. */
  readonly label: string
  /** In their order. */
  readonly marks: readonly LaneMark[]
  /** Times in which its sender was out of window. */
  readonly stalls?: readonly (readonly [fromMs: number, toMs: number])[]
}

export interface LaneMark {
  readonly atMs: number
  /** Such as `DATA`; the names of RFC 9113, `PREFACE`, or that of another type. */
  readonly type: string
  readonly from: 'client' | 'server'
  /** Of the payload. */
  readonly bytes: number
  /** What else is in it, such as `END_STREAM`, `:path /echo…` or `NO_ERROR`. */
  readonly note?: string
}

/** Messages as bytes: each byte has the color of its field, and a row of a table says what it is. */
export interface BytesSection extends Common {
  readonly kind: 'bytes'
  readonly messages: readonly BytesMessage[]
}

export interface BytesMessage {
  readonly label: string
  /** Two digits a byte. */
  readonly hex: string
  /** In the order of the bytes; each byte is in one of them. */
  readonly pieces: readonly BytesPiece[]
}

export interface BytesPiece {
  /** Of the first byte, from 0. */
  readonly at: number
  readonly length: number
  /** Such as `tag`, `length` or `value`. */
  readonly part: string
  /** How deep the field is nested. */
  readonly depth: number
  /** Such as `order.id`. */
  readonly field: string
  /** Pieces with the same number have the same color; without one they are gray. */
  readonly outermost: number | undefined
  readonly type: string
  readonly text: string
}
