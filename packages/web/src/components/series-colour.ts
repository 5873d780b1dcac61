/** A thing keeps its colour across charts: by its place in the list of all such things. */
export const seriesColour = (index: number): string => `var(--s${(index % 8) + 1})`
/** Version 1 `s2`, version 2 `s1`, version 3 `s3`, then on. */
export function versionColour(version: string): string {
  const number = Number(version)
  if (!Number.isInteger(number) || number < 1) return 'var(--s5)'
  return `var(--s${[2, 1, 3, 4, 5, 6, 7, 8][(number - 1) % 8] ?? 1})`
}
