/** A number from the command line. Any other text ends the program with 2, since a proof over nothing would pass. */
export const wholeNumber = (option: string, text: string, least: 0 | 1 = 1): number => {
  if (/^\d{1,12}$/.test(text) && Number(text) >= least) return Number(text)
  process.stderr.write(`${option} ${text}: must be a whole number, ${least} or more\n`)
  return process.exit(2)
}
