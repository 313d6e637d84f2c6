// What the runs of curves note beside what every load notes.

export const FIGURES = {
  capacity: 'capacity (calls/s)',
  offered: 'offered (calls/s)',
  unsent: 'calls never sent',
} as const
