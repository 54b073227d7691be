import { LIMITS } from '../../limits.ts'
import { type FirstPass, readFirstPass } from '../first-pass.ts'
import type { Problem } from '../problem.ts'
import { readFileFacts } from './detect-encoding.ts'
import { isDamage, openText, readContent } from './file-kind.ts'
import { type Reading, readSheet, readText } from './read-lines.ts'
import type { LineContext } from './statement-line.ts'
import { textLines } from './text-lines.ts'
import { openWorkbook, WorkbookError } from './workbook.ts'

/** A list in a local file. */
export type List = {
  /** Lines of the file, counted without the parser. */
  readonly counted: number
  /** Reads from the beginning at each call. */
  readonly read: (context: LineContext) => Promise<Reading | { readonly refused: Problem }>
  readonly close: () => void
}

/** How many empty lines are allowed for each line that may have content. */
const EMPTY_MOST = 4

/**
 * Opens a list. Its type is detected from the bytes, not from the name alone. Gives the reason if it cannot be read.
 */
export const openList = async (file: string, name: string): Promise<List | { readonly refused: Problem }> => {
  try {
    const content = await readContent(file)
    switch (content.kind) {
      case 'refused':
        return { refused: content.problem }
      case 'workbook':
        return await openSheet(file)
      case 'text':
        return await openLines(file, content.layers, /\.(jsonl|ndjson|json)(\.gz)?$/i.test(name))
    }
  } catch (error) {
    if (error instanceof WorkbookError) return { refused: error.problem }
    if (isDamage(error)) return { refused: DAMAGED }
    throw error
  }
}

const openLines = async (file: string, layers: number, isNamedJson: boolean): Promise<List | { refused: Problem }> => {
  const facts = await readFileFacts(openText(file, layers), LIMITS.statementBytesUnpacked)
  if (facts.bytes > LIMITS.statementBytesUnpacked || facts.lines > LIMITS.statementLines * EMPTY_MOST)
    return { refused: TOO_LARGE }
  const open = new Set<{ destroy: () => unknown }>()
  return {
    counted: facts.lines,
    read: (context) => {
      const bytes = openText(file, layers)
      open.add(bytes)
      return readText(textLines(bytes, facts.encoding), isNamedJson, context)
    },
    close: () => {
      for (const bytes of open) bytes.destroy()
    },
  }
}

const openSheet = async (file: string): Promise<List | { refused: Problem }> => {
  const sheet = await openWorkbook(file, LIMITS.statementBytesUnpacked)
  try {
    const counted = await sheet.countRows()
    if (counted > LIMITS.statementLines * EMPTY_MOST) throw new WorkbookError(TOO_LARGE)
    const notes = sheet.others.length > 0 ? [otherSheets(sheet.name, sheet.others)] : []
    return { counted, read: (context) => readSheet(sheet.rows(), notes, context), close: sheet.close }
  } catch (error) {
    sheet.close()
    throw error
  }
}

/**
 * Reads a list twice, since its last line may reverse the payment of its first: once completely now, and a second time
 * while the caller reads it. Gives the reason if it cannot be read.
 */
export const readForeseen = async (
  list: List,
  context: LineContext,
): Promise<{ readonly foreseen: FirstPass; readonly reading: Reading } | { readonly refused: Problem }> => {
  try {
    const before = await list.read(context)
    if ('refused' in before) return before
    const foreseen = await readFirstPass(before)
    if (foreseen.lines > LIMITS.statementLines) return { refused: TOO_LARGE }
    const reading = await list.read(context)
    return 'refused' in reading ? reading : { foreseen, reading }
  } catch (error) {
    if (error instanceof WorkbookError) return { refused: error.problem }
    throw error
  }
}

export const TOO_LARGE: Problem = {
  en: `the list has more than ${LIMITS.statementLines.toLocaleString('en')} lines: split it and upload the parts`,
  zh: `明细超过 ${LIMITS.statementLines.toLocaleString('en')} 行,请拆分后分别上传`,
}
const DAMAGED: Problem = {
  en: 'the gzip file is damaged: upload it again',
  zh: '压缩文件已损坏,请重新上传',
}

const otherSheets = (name: string, others: readonly string[]): Problem => ({
  en: `only the first sheet was read (${name}), not ${others.join(', ')}`,
  zh: `只读取了第一个工作表“${name}”,未读取“${others.join('”、“')}”`,
})
