/** Fen → yuan with two decimals and a thousands separator: 1,234.50. */
export const yuan = (fen: number): string => {
  const [sign, sum] = fen < 0 ? ['-', -fen] : ['', fen]
  return `${sign}${count(Math.floor(sum / 100))}.${String(sum % 100).padStart(2, '0')}`
}

/** A number with a thousands separator: 1,234. */
export const count = (number: number): string => String(number).replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** Fen → yuan with two decimals: 1234.50. */
export const plainYuan = (fen: number): string => (fen / 100).toFixed(2)
