const MINUS = 45
const POINT = 46
const ZERO = 48

/** Places of a bill's yuan: fees have five. */
const PLACES = 5

/** Yuan → fen. Nothing counts as nothing; undefined for what is no sum of money, and for what is no whole fen. */
export const readFen = (text: string): number | undefined => readUnits(text, 2)

/** The same in thousandths of a fen. */
export const readThousandths = (text: string): number | undefined => readUnits(text, PLACES)

/** Digit by digit and never as a fraction, in units of the given place. */
const readUnits = (text: string, place: number): number | undefined => {
  if (text === '') return 0
  const isNegative = text.charCodeAt(0) === MINUS
  let units = 0
  let whole = 0
  let places = -1
  for (let at = isNegative ? 1 : 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    const digit = code - ZERO
    if (code === POINT && places < 0) places = 0
    else if (digit < 0 || digit > 9) return undefined
    else if (places < 0) {
      whole += 1
      units = units * 10 + digit
    } else {
      places += 1
      if (places <= place) units = units * 10 + digit
      else if (digit !== 0) return undefined
    }
  }
  if (whole === 0 || places === 0 || places > PLACES) return undefined
  for (let at = Math.max(places, 0); at < place; at += 1) units *= 10
  if (!Number.isSafeInteger(units)) return undefined
  return isNegative && units !== 0 ? -units : units
}
