// What an Envoy logs as warning, error or critical.

export const NOTICE_LEVELS = ['warning', 'error', 'critical'] as const
export type NoticeLevel = (typeof NOTICE_LEVELS)[number]

export interface EnvoyNotice {
  readonly level: NoticeLevel
  /** The part of Envoy that logs, such as `config`. */
  readonly component: string
  readonly text: string
}

/** Envoy's default format: `[time][thread][level][component] [source:line] text`. */
const LINE = /^\[[^\]]+\]\[\d+\]\[(\w+)\]\[([^\]]+)\] (?:\[[^\]\s]+:\d+\] )?(.*)$/

/**
 * Reads the log of one Envoy line by line. Lines without a prefix continue the line before, such as the reason why Envoy NACKs a
 * second resource; each is a notice of its own.
 * @returns a function that calls `onNotice` for each notice in a line
 */
export function readNotices(onNotice: (notice: EnvoyNotice) => void): (line: string) => void {
  let before: Omit<EnvoyNotice, 'text'> | undefined
  return (line) => {
    const [, level, component = '', text = line] = LINE.exec(line) ?? []
    if (level !== undefined) before = isNoticeLevel(level) ? { level, component } : undefined
    if (before !== undefined && text.trim() !== '') onNotice({ ...before, text: text.trim() })
  }
}

function isNoticeLevel(level: string): level is NoticeLevel {
  return NOTICE_LEVELS.some((one) => one === level)
}
