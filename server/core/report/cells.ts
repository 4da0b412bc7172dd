import { entryOf } from "../value/entry.js"

// Counts of many items in few bytes: a column for the items' keys and one for each count, each in the narrowest integers that
// hold it. A day of a thousand campaigns is a few kilobytes, and adding a year of them up is a walk through arrays.

/** Counts by key: as many numbers for each key as there are counts. */
export type Cells = Map<number, Float64Array>

/** Cells as they are read: parallel columns; null stands for a column of noughts. */
export interface PackedCells {
  readonly keys: ArrayLike<number>
  readonly columns: readonly (ArrayLike<number> | null)[]
}

/** A blob as either database answers it. */
export type Blob = Uint8Array<ArrayBuffer> | ArrayBuffer

type Column = Int8Array | Int16Array | Int32Array | Float64Array
const TYPES = [Int8Array, Int16Array, Int32Array, Float64Array] as const
const LIMITS = [2 ** 7, 2 ** 15, 2 ** 31, Number.POSITIVE_INFINITY]
const ALIGN = 8
const padded = (bytes: number) => Math.ceil(bytes / ALIGN) * ALIGN

/** Packs whole numbers up to 2^53; what is nought in every count is left out. Undefined: nothing is left. */
export function packCells(cells: Cells): Uint8Array | undefined {
  const keys = [...cells.keys()].filter((key) => cells.get(key)?.some((count) => count !== 0)).sort((a, b) => a - b)
  const first = keys[0]
  if (first === undefined) return undefined
  const width = cells.get(first)?.length ?? 0
  const rows = keys.map((key) => cells.get(key) as Float64Array)
  const columns = [keys, ...Array.from({ length: width }, (_, column) => rows.map((row) => row[column] ?? 0))]
  const types = columns.map(typeOf)
  const header = padded(8 + columns.length)
  const sizes = types.map((type) => (type === 0 ? 0 : padded(keys.length * bytesOf(type))))
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, header))
  new Uint32Array(bytes.buffer, 0, 2).set([keys.length, width])
  bytes.set(types, 8)
  let place = header
  for (const [index, values] of columns.entries()) {
    const type = types[index] ?? 0
    if (type > 0) arrayOf(type, bytes.buffer, place, keys.length).set(values)
    place += sizes[index] ?? 0
  }
  return bytes
}

/** Reads what `packCells` made. */
export function unpackCells(blob: Blob): PackedCells {
  const given = blob instanceof Uint8Array ? blob : new Uint8Array(blob)
  const bytes = given.byteOffset % ALIGN === 0 ? given : given.slice()
  const { buffer, byteOffset } = bytes
  const [count = 0, width = 0] = new Uint32Array(buffer, byteOffset, 2)
  let place = padded(8 + width + 1)
  const columns = Array.from({ length: width + 1 }, (_, index) => {
    const type = bytes[8 + index] ?? 0
    if (type === 0) return null
    const column = arrayOf(type, buffer, byteOffset + place, count)
    place += padded(count * bytesOf(type))
    return column
  })
  return { keys: columns[0] ?? new Int8Array(count), columns: columns.slice(1) }
}

/** Adds packed cells to others. */
export function addCells(cells: Cells, { keys, columns }: PackedCells, sign: 1 | -1 = 1): void {
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row] ?? 0
    const counts = entryOf(cells, key, () => new Float64Array(columns.length))
    for (let column = 0; column < columns.length; column++)
      counts[column] = (counts[column] ?? 0) + sign * (columns[column]?.[row] ?? 0)
  }
}

/** 0: nothing but noughts; else the place of the narrowest type, counted from 1. */
function typeOf(values: readonly number[]): number {
  let [low, high] = [0, 0]
  for (const value of values) {
    if (value < low) low = value
    else if (value > high) high = value
  }
  return low === 0 && high === 0 ? 0 : LIMITS.findIndex((limit) => high < limit && low >= -limit) + 1
}

function bytesOf(type: number): number {
  return TYPES[type - 1]?.BYTES_PER_ELEMENT ?? 0
}

function arrayOf(type: number, buffer: ArrayBuffer, offset: number, length: number): Column {
  const Type = TYPES[type - 1] ?? Float64Array
  return new Type(buffer, offset, length)
}
