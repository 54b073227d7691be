/** What of Stryker's report is read here. */
type Report = { readonly files: Readonly<Record<string, { readonly mutants: readonly { readonly status: string }[] }>> }

/** What became of the mutants. What stands in the sources as equivalent, with its reason, is ignored by Stryker. */
export const countMutants = ({ files }: Report) => {
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const count = (...wanted: readonly string[]) => statuses.filter((status) => wanted.includes(status)).length
  const [killed, equivalent, survived] = [count('Killed', 'Timeout'), count('Ignored'), count('Survived', 'NoCoverage')]
  return { mutants: killed + equivalent + survived, killed, equivalent, survived }
}
