import { readFileSync } from 'node:fs'
import { AWAITED } from '../../../stack/build.mjs'
import { ROOT } from '../markdown.ts'
import { code, type Table, type Tables } from '../tables.ts'
import { type Arrow, betweenRooms, importsOf, roomOf, sourceFiles } from './imports.ts'
import { inLevels } from './levels.ts'
import { lambdas, linesOf, type Program, program } from './where-it-runs.ts'

/** To two digits: a page that named each line would be wrong after every change. */
const about = (lines: number): string => Number(lines.toPrecision(2)).toLocaleString('en')

/** The rooms from the top: each imports only what stands below it. */
const rooms = (files: readonly string[], arrows: readonly Arrow[], levels: readonly string[]): Table => ({
  head: ['folder', 'lines', 'imports', 'holds'],
  rows: levels.map((room) => {
    const own = files.filter((file) => roomOf(file) === room)
    const imported = new Set(arrows.filter(({ from }) => roomOf(from) === room).map(({ to }) => roomOf(to)))
    const below = levels.filter((one) => imported.has(one) && levels.indexOf(one) > levels.indexOf(room))
    return [code(room), about(linesOf(own)), below.map(code).join(' ') || '–']
  }),
})

/** What leads upwards in this order of the rooms. */
const upwards = (arrows: readonly Arrow[], levels: readonly string[]): readonly string[] =>
  arrows
    .filter(({ from, to }) => levels.indexOf(roomOf(to)) < levels.indexOf(roomOf(from)))
    .map(({ from, to }) => `${from} -> ${to}`)

const programs = async (): Promise<Table> => {
  const functions = await lambdas()
  const { bin, scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    readonly bin: { readonly payscore: string }
    readonly scripts: { readonly start: string }
  }
  const local = /node (\S+)$/.exec(scripts.start)?.[1] ?? ''
  const own = [await program('`npx payscore`', bin.payscore), await program('`npm start`', local)]
  const rowOf = (where: string, { name, files }: Program) => {
    const inRooms = [...Map.groupBy(files, roomOf)]
      .map(([room, some]) => ({ room, lines: linesOf(some) }))
      .sort((a, b) => b.lines - a.lines || (a.room < b.room ? -1 : 1))
    return [
      name,
      where,
      about(linesOf(files)),
      inRooms.map(({ room, lines }) => `${code(room)} ${about(lines)}`).join(', '),
    ]
  }
  const of = (isAwaited: boolean) => functions.filter(({ name }) => AWAITED.has(name) === isAwaited)
  const named = (one: Program): Program => ({ ...one, name: code(one.name) })
  return {
    head: ['program', 'runs', 'lines of ours', 'of which'],
    rows: [
      ...of(true).map((one) => rowOf('in a Lambda, somebody waits', named(one))),
      ...of(false).map((one) => rowOf('in a Lambda, nobody waits', named(one))),
      ...own.map((one) => rowOf("on a person's machine", one)),
    ],
  }
}

const layout = () => {
  const files = sourceFiles()
  const arrows = betweenRooms(importsOf(files))
  const weight = (from: string, to: string) =>
    arrows.filter((arrow) => roomOf(arrow.from) === from && roomOf(arrow.to) === to).length
  return { files, arrows, levels: inLevels([...new Set(files.map(roomOf))], weight) }
}

/** Imports that lead upwards, in the order of the rooms that has the fewest. */
export const importsUpwards = (): readonly string[] => {
  const { arrows, levels } = layout()
  return upwards(arrows, levels)
}

/** The tables of docs/architecture.md, by the names of their marks. */
export const architectureTables = async (): Promise<Tables> => {
  const { files, arrows, levels } = layout()
  const running = await programs()
  return { rooms: () => rooms(files, arrows, levels), programs: () => running }
}
