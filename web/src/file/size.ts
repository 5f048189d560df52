const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** A size as people read it. */
export function bytes(length: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(length, 1)) / 10), UNITS.length - 1);
  const value = length / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power] ?? ''}`;
}
