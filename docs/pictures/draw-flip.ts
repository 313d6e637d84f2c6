// Draws what a switch does to one gRPC connection: for each setting who answered, how long the switch took and what failed.

import type { DemoRecord, DistributionRecord, SettingRecord } from '../../cli/demo/record.ts'

export interface Theme {
  readonly text: string
  readonly muted: string
  readonly line: string
  readonly accent: string
  /** Fill of a backend's calls and the text on it, in the order of the backends. */
  readonly backends: readonly { readonly fill: string; readonly ink: string }[]
}

const BLUE = { fill: '#2f6fde', ink: '#ffffff' }
const AMBER = { fill: '#f0b429', ink: '#1f2328' }
const TEAL = { fill: '#157f6d', ink: '#ffffff' }

export const THEMES: Readonly<Record<'light' | 'dark', Theme>> = {
  light: {
    text: '#1f2328',
    muted: '#59636e',
    line: '#d1d9e0',
    accent: '#cf222e',
    backends: [BLUE, AMBER, TEAL],
  },
  dark: {
    text: '#f0f6fc',
    muted: '#9198a1',
    line: '#3d444d',
    accent: '#ff7b72',
    backends: [BLUE, AMBER, TEAL],
  },
}

const WIDTH = 800
const BAR_X = 168
const BAR_WIDTH = 400
const BAR_HEIGHT = 26
const NOTE_X = BAR_X + BAR_WIDTH + 16
const TOP = 96
const ROW = 44
/** A label fits into a part of the bar that is at least this wide. */
const LABEL_WIDTH = 56

interface Bar {
  readonly title: string
  readonly subtitle: string
  readonly setting: SettingRecord
  readonly distribution: DistributionRecord
}

/** An SVG of 800 px width. The same record and theme give the same bytes. */
export function drawFlip(record: DemoRecord, theme: Theme): string {
  const bars = record.settings.flatMap(barsOf)
  const height = TOP + bars.length * ROW + 34
  const calls = bars[0]?.distribution.calls ?? 0
  const parts = [
    text(24, 34, 'Who answers the calls of one gRPC connection?', {
      size: 20,
      weight: 600,
      fill: theme.text,
    }),
    text(
      24,
      58,
      `${calls.toLocaleString('en')} calls (with keys: one a key) through real Envoys; one REST call between two settings`,
      {
        size: 13,
        fill: theme.muted,
      },
    ),
    ...legend(record.backends, theme),
    text(NOTE_X, TOP - 12, 'REST call → last ACK', { size: 12, fill: theme.muted }),
    ...bars.flatMap((bar, index) => drawBar(bar, record.backends, theme, TOP + index * ROW, index)),
    text(24, height - 14, summary(record), { size: 12, fill: theme.muted }),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"` +
      ` font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" role="img">`,
    `<title>Calls by backend at L4 and with each L7 policy</title>`,
    ...parts,
    '</svg>\n',
  ].join('\n')
}

/** Hashing policies have two bars: many keys, and one key. */
function barsOf(setting: SettingRecord): readonly Bar[] {
  const title = setting.mode === 'l4' ? 'L4' : (setting.policy ?? '')
  const [first] = setting.distributions
  if (first === undefined) return []
  const same = setting.distributions.find(({ keys }) => keys === 'same')
  const subtitle = setting.mode === 'l4' ? 'per connection' : 'L7, per call'
  if (same === undefined) return [{ title, subtitle, setting, distribution: first }]
  const many = `L7, ${first.calls.toLocaleString('en')} keys`
  return [
    { title, subtitle: many, setting, distribution: first },
    { title: '', subtitle: `one key, ${same.connections} connections`, setting, distribution: same },
  ]
}

function drawBar(bar: Bar, backends: readonly string[], theme: Theme, y: number, index: number): string[] {
  const { title, subtitle, setting, distribution } = bar
  const isSwitch = title !== '' && index > 0
  const middle = y + BAR_HEIGHT / 2 + 5
  const rule = `<line x1="24" x2="${WIDTH - 24}" y1="${y - 9}" y2="${y - 9}" stroke="${theme.line}"/>`
  const heading =
    title === ''
      ? [text(24, middle, subtitle, { size: 12, fill: theme.muted })]
      : [
          text(24, y + 11, title, { size: 14, weight: 600, fill: theme.text }),
          text(24, y + 27, subtitle, { size: 12, fill: theme.muted }),
        ]
  const note =
    title === '' || setting.switched === undefined
      ? []
      : [
          text(NOTE_X, y + 11, `${setting.switched.ackedMs} ms`, { size: 14, weight: 600, fill: theme.text }),
          text(NOTE_X, y + 27, failed(setting.switched.failed, setting.switched.calls), {
            size: 12,
            fill: setting.switched.failed === 0 ? theme.muted : theme.accent,
          }),
        ]
  return [...(isSwitch ? [rule] : []), ...heading, ...shares(distribution, backends, theme, y), ...note]
}

function shares(
  { callsByBackend }: DistributionRecord,
  backends: readonly string[],
  theme: Theme,
  y: number,
): string[] {
  const counts = backends.map((id) => callsByBackend[id] ?? 0)
  const total = counts.reduce((sum, count) => sum + count, 0)
  let x = BAR_X
  return backends.flatMap((id, index) => {
    const share = total === 0 ? 0 : (counts[index] ?? 0) / total
    if (share === 0) return []
    const width = BAR_WIDTH * share
    const { fill, ink } = theme.backends[index % theme.backends.length] ?? BLUE
    const from = x
    x += width
    const rect = `<rect x="${px(from)}" y="${y}" width="${px(width - 1)}" height="${BAR_HEIGHT}" rx="3" fill="${fill}"/>`
    if (width < LABEL_WIDTH) return [rect]
    const label = `${id} ${(100 * share).toFixed(share === 1 ? 0 : 1)} %`
    const center = from + (width - 1) / 2
    return [rect, text(center, y + BAR_HEIGHT / 2 + 4, label, { size: 12, fill: ink, anchor: 'middle' })]
  })
}

function legend(backends: readonly string[], theme: Theme): string[] {
  return backends.flatMap((id, index) => {
    const x = BAR_X + index * 64
    const { fill } = theme.backends[index % theme.backends.length] ?? BLUE
    return [
      `<rect x="${x}" y="${TOP - 22}" width="11" height="11" rx="2" fill="${fill}"/>`,
      text(x + 17, TOP - 12, id, { size: 12, fill: theme.muted }),
    ]
  })
}

function summary({ envoys, settings }: DemoRecord): string {
  const switches = settings.flatMap(({ switched }) => switched ?? [])
  const calls = switches.reduce((sum, one) => sum + one.calls, 0)
  const lost = switches.reduce((sum, one) => sum + one.failed, 0)
  return `${switches.length} switches of ${envoys} Envoys under load: ${failed(lost, calls)}. Made by npm run yard -- demo.`
}

function failed(count: number, calls: number): string {
  return `${count} of ${calls.toLocaleString('en')} calls failed`
}

interface TextStyle {
  readonly size: number
  readonly fill: string
  readonly weight?: number
  readonly anchor?: 'middle'
}

function text(x: number, y: number, content: string, { size, fill, weight, anchor }: TextStyle): string {
  const optional = `${weight === undefined ? '' : ` font-weight="${weight}"`}${anchor === undefined ? '' : ` text-anchor="${anchor}"`}`
  return `<text x="${px(x)}" y="${px(y)}" font-size="${size}" fill="${fill}"${optional}>${escapeXml(content)}</text>`
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}
