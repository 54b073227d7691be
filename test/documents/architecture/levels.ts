/** How many arrows lead from one room to another. */
export type Weight = (from: string, to: string) => number

/**
 * The rooms from the top: first what no other imports, or what is imported least where rooms import each other in a circle.
 * Of equal ones the first by the alphabet.
 */
export const inLevels = (rooms: readonly string[], weight: Weight): readonly string[] => {
  if (rooms.length === 0) return []
  const imported = (room: string): number =>
    rooms.reduce((sum, other) => sum + (other === room ? 0 : weight(other, room)), 0)
  const [top = ''] = [...rooms].sort((a, b) => imported(a) - imported(b) || (a < b ? -1 : 1))
  return [
    top,
    ...inLevels(
      rooms.filter((room) => room !== top),
      weight,
    ),
  ]
}
